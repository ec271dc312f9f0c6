"""The command line, run as its user runs it."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from core.analysis.context_report import ContextReport
from core.cli import main
from core.config import HeadConfig
from core.lab.report import LabReport, LabRequest, lab_command, lab_report
from core.records import NoGame, Record

ROOT = Path(__file__).parents[1]
PHOTO = ROOT / "sample_data" / "photos" / "eiffelTower.jpg"
TEXT = "Anna sees the Eiffel Tower !"


@pytest.fixture
def analyse(tiny_checkpoint, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def run(*arguments: str) -> Record:
        out = tmp_path / "out.json"
        common = ["--text", TEXT, "--json", str(out), "--checkpoint", str(tiny_checkpoint)]
        with pytest.raises(SystemExit) as ended:
            main(["analyse", *common, *arguments])
        assert ended.value.code == 0
        return Record.model_validate_json(out.read_text(encoding="utf-8"))

    return run


def test_a_photo_and_a_sentence_give_a_record_that_validates(analyse):
    record = analyse("--image", str(PHOTO))
    assert record.post.text == TEXT
    assert {context.generator for context in record.contexts} == {"captioner", "perception"}


def test_contexts_may_be_typed_and_repeated(analyse):
    record = analyse("--image", str(PHOTO), "--context", "A tower.", "--context", "A park.")
    assert [context.text for context in record.contexts] == ["A tower.", "A park."]
    assert len(record.games.image.standings) == 2


def test_the_photo_may_be_left_out(analyse):
    record = analyse("--context", "A tower.")
    assert isinstance(record.games.image, NoGame)


def test_explanation_and_attributions_are_added_when_asked_for(analyse):
    plain = analyse("--context", "A tower.")
    assert (plain.explanation, plain.attributions) == (None, [])
    record = analyse("--context", "A tower.", "--context", "A park.", "--explain", "--attribute")
    assert len(record.explanation.prediction.coalitions) == 4
    assert [made.entity for made in record.attributions] == list(range(len(record.entities)))


def test_a_sample_post_is_analysed_by_its_id(tiny_checkpoint, tmp_path):
    out = tmp_path / "out.json"
    common = ["--checkpoint", str(tiny_checkpoint), "--json", str(out)]
    with pytest.raises(SystemExit) as ended:
        main(["analyse", "--sample", "petra-at-noon", *common])
    assert ended.value.code == 0
    record = Record.model_validate_json(out.read_text(encoding="utf-8"))
    assert record.post.id == "petra-at-noon"
    assert {context.generator for context in record.contexts} == {"precomputed"}


def test_a_photo_need_not_be_described(analyse):
    assert analyse("--image", str(PHOTO), "--no-describe").contexts == []


@pytest.fixture(scope="module")
def relation_checkpoint(make_config, save_untrained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("relations")
    head = HeadConfig(task="mre", relations=("None", "/per/loc/place_of_residence"))
    save_untrained(make_config().model_copy(update={"name": "relations", "head": head}), folder)
    return ["analyse", "--text", TEXT, "--checkpoint", str(folder)]


def test_the_relation_of_two_marked_names_is_told(relation_checkpoint, tmp_path):
    out = tmp_path / "out.json"
    with pytest.raises(SystemExit) as ended:
        main([*relation_checkpoint, "--head", "0:1", "--tail", "3:5", "--json", str(out)])
    assert ended.value.code == 0
    record = Record.model_validate_json(out.read_text(encoding="utf-8"))
    assert [entity.text for entity in record.entities] == ["Anna", "Eiffel Tower"]
    assert record.label.name in record.label.probabilities


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ([], "the head is not marked"),
        (["--head", "0:1"], "the tail is not marked"),
        (["--head", "0:1", "--tail", "0:1"], "the same words"),
        (["--head", "0-1", "--tail", "3:5"], "no range of words"),
        (["--head", "0:1", "--tail", "3:9"], "marks no words"),
    ],
)
def test_a_pair_that_is_not_marked_numbers_the_words(capsys, relation_checkpoint, marks, said):
    message = refused(capsys, *relation_checkpoint, *marks)
    assert said in message
    assert "0 Anna, 1 sees, 2 the, 3 Eiffel, 4 Tower, 5 !" in message
    assert message.count("\n") == 1


def test_what_makes_no_post_is_refused(capsys, tiny_checkpoint):
    checkpoint = ["--checkpoint", str(tiny_checkpoint)]
    for arguments, said in (
        ([], "there is no post"),
        (["--sample", "petra-at-noon", "--text", "Hi"], "a whole post"),
        (["--sample", "petra-at-none"], "the nearest is petra-at-noon"),
        (["--text", TEXT, "--head", "0:1", "--tail", "3:5"], "leave the pair out"),
    ):
        assert said in refused(capsys, "analyse", *arguments, *checkpoint)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert "Traceback" not in message
    return message


def test_bad_input_is_one_sentence_and_status_2(capsys, tmp_path, tiny_checkpoint):
    broken = tmp_path / "photo.jpg"
    broken.write_bytes(b"no photo")
    checkpoint = ["--checkpoint", str(tiny_checkpoint)]
    for arguments in (
        ["analyse", "--text", TEXT, "--image", str(broken)],
        ["analyse", "--text", TEXT, "--image", str(tmp_path / "none.jpg")],
        ["analyse", "--text", "  ", *checkpoint],
        ["analyse", "--text", TEXT, "--context", "  ", *checkpoint],
        ["analyse", "--text", TEXT, "--checkpoint", "unknown"],
        ["analyse", "--text", TEXT, "--device", "tpu", *checkpoint],
        ["train", str(tmp_path / "none.toml")],
        ["evaluate", "--dataset", "twitter", "--file", str(tmp_path / "none.txt"), *checkpoint],
        ["evaluate", "--dataset", "twitter", "--file", str(broken), "--split", "dev", *checkpoint],
        ["evaluate", "--dataset", "unknown", "--file", str(broken), *checkpoint],
    ):
        message = refused(capsys, *arguments)
        assert message.startswith("error: ")
        assert message.count("\n") == 1


def test_an_unknown_config_key_is_named(capsys, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('name = "x"\nepoch = 3\n[data]\nsources = []\n', encoding="utf-8")
    message = refused(capsys, "train", str(path))
    assert "epoch: unknown key" in message
    assert "config.toml" in message


def test_a_result_that_cannot_be_written_is_said(capsys, tmp_path, tiny_checkpoint):
    out = str(tmp_path / "no" / "folder" / "out.json")
    arguments = ["--text", TEXT, "--checkpoint", str(tiny_checkpoint), "--json", out]
    assert "cannot be written" in refused(capsys, "analyse", *arguments)


def test_where_a_result_goes_is_looked_at_before_the_work(tmp_path, capsys):
    for out, why in ((tmp_path, "is a folder"), (tmp_path / "no" / "o.json", "there is no folder")):
        # There is no such checkpoint; the file is complained of first.
        told = refused(capsys, "evaluate", "--checkpoint", "none", "--json", str(out))
        assert f"{out}: cannot be written ({why}" in told


def test_a_file_is_scored(tiny_checkpoint, tmp_path, capsys):
    posts = tmp_path / "posts.txt"
    posts.write_text("IMGID:1\nAnna\tB-PER\nsings\tO\n\nIMGID:2\nOslo\tB-LOC\n", encoding="utf-8")
    contexts = tmp_path / "contexts.jsonl"
    rows = [{"image_id": "1", "text": "a singer"}, {"image_id": "2", "text": "a harbour"}]
    contexts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    out = tmp_path / "scores.json"
    common = ["--checkpoint", str(tiny_checkpoint), "--json", str(out), "--dataset", "twitter"]
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *common, "--file", str(posts), "--contexts", str(contexts)])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "overall" in printed
    assert "PER" in printed
    scores = json.loads(out.read_text(encoding="utf-8"))
    assert scores["entities"]["overall"]["support"] == 2
    assert scores["text_alignment"]["posts"] == 2


def test_generators_are_told_side_by_side_with_the_measures_of_each(
    write_annotated, tmp_path, capsys
):
    files = [str(write_annotated(tmp_path / f"{name}.parquet")) for name in ("one", "two")]
    out = tmp_path / "quality.json"
    with pytest.raises(SystemExit) as ended:
        main(["context-quality", *files, "--json", str(out)])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert f"| F1 in percent | {files[0]} | {files[1]} |" in printed
    assert "| F1 with contexts | 62.50 | 62.50 |" in printed
    assert "unknown: it is the same for all 40 posts" in printed
    report = ContextReport.model_validate_json(out.read_text(encoding="utf-8"))
    assert [run.name for run in report.runs] == files
    assert "nan" not in out.read_text(encoding="utf-8").lower()


def test_a_run_that_tells_nothing_of_its_contexts_is_refused(write_annotated, tmp_path, capsys):
    bare = str(write_annotated(tmp_path / "bare.parquet", gold=False))
    assert "bare.parquet: no post tells" in refused(capsys, "context-quality", bare)


def test_help_imports_no_heavy_library():
    code = (
        "import sys, core.cli as cli\n"
        "try:\n    cli.main(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'torch', 'transformers', 'streamlit', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip().endswith("[]")
    for command in ("analyse", "train", "evaluate"):
        assert command in done.stdout


def test_the_lab_prints_a_game_and_writes_the_report_of_the_same_request(tmp_path, capsys):
    file = tmp_path / "lab.json"
    with pytest.raises(SystemExit) as stopped:
        main(["lab", "--game", "gloves", "--players", "3", "--seed", "5", "--json", str(file)])
    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    assert "right glove 1" in printed
    assert "0.6667" in printed
    written = LabReport.model_validate_json(file.read_text(encoding="utf-8"))
    assert written == lab_report(LabRequest(game="gloves", players=3, seed=5))


def test_the_lab_reads_back_the_command_it_names(tmp_path, capsys):
    request = LabRequest(
        similarities=[0.1 + 0.2, -0.2], labels=["it's a dog", "the | sea"], temperature=0.05
    )
    file = tmp_path / "lab.json"
    words = shlex.split(lab_command(request))
    with pytest.raises(SystemExit):
        main([*words[words.index("lab") :], "--json", str(file)])
    written = LabReport.model_validate_json(file.read_text(encoding="utf-8"))
    assert written == lab_report(request)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--game", "poker"], "there is no game 'poker'"),
        (["--players", "9"], "1 to 8 players"),
        (["--values", "0,1,x"], "'x' in the list of values"),
        (["--values", ""], "is no finite number"),
        (["--values", "0,1,2"], "3 values make no game"),
        (["--similarities", "0.2", "--temperature", "nan"], "temperature must be positive"),
        (["--estimator", "magic"], "no estimator 'magic'"),
        (["--budget", "2"], "budget of 2"),
        (["--seed", "-1"], "seed must be from 0"),
    ],
)
def test_the_lab_refuses_what_makes_no_game(options, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["lab", *options])
    assert stopped.value.code == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err
