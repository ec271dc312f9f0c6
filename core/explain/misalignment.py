"""When a context is misaligned: the one place that defines it.

Ours. On each side that was played, a context has a value, a rank among the bank's contexts and a
margin over the best of them. The first rule that fits decides:

* `negative`: on some side it lowers what the coalition is worth (value below 0, beyond two standard
  errors when sampled): misaligned.
* `outranked`: on some side more than a quarter of the bank's contexts bridge better: misaligned.
* `first`: on every side played nothing of the bank bridges better: aligned.
* `contested`: anything between: uncertain.
* `no_game`: no side was played: unknown.
"""

from core.records import Game, Games, Side, Standing, Verdict

OUTRANKED_SHARE = 0.25
SIDES: dict[Side, str] = {"text": "sentence", "image": "photo"}


def verdicts(games: Games, contexts: int) -> list[Verdict]:
    """Return one verdict for each included context, in their order.

    Args:
        games: Both sides, played or not.
        contexts: Number of contexts in the record.
    """
    made = []
    for index in range(contexts):
        sides = {
            game.side: (game, standing)
            for game in (games.text, games.image)
            if isinstance(game, Game)
            for standing in game.standings
            if standing.context == index
        }
        made.append(_verdict(index, sides))
    return made


def _verdict(index: int, sides: dict[Side, tuple[Game, Standing]]) -> Verdict:
    for side, (_, standing) in sides.items():
        if standing.shapley_value + 2 * (standing.standard_error or 0.0) < 0:
            return Verdict(
                context=index,
                label="misaligned",
                rule="negative",
                reason=f"It lowers the overlap with the {SIDES[side]}: "
                f"Kφ = −{abs(standing.scaled_value):.2f}.",
            )
    for side, (game, standing) in sides.items():
        rivals = len(game.players) - len(game.standings)
        if standing.rank - 1 > OUTRANKED_SHARE * rivals:
            return Verdict(
                context=index,
                label="misaligned",
                rule="outranked",
                reason=f"{standing.rank - 1} of {rivals} reference contexts fit the "
                f"{SIDES[side]} better.",
            )
    if not sides:
        return Verdict(
            context=index, label="unknown", rule="no_game", reason="No game was played for it."
        )
    played = " and the ".join(SIDES[side] for side in sides)
    if all(standing.rank == 1 for _, standing in sides.values()):
        reason = f"No reference context fits the {played} better."
        return Verdict(context=index, label="aligned", rule="first", reason=reason)
    ranks = ", ".join(f"{side} rank {standing.rank}" for side, (_, standing) in sides.items())
    reason = f"Some reference contexts fit better ({ranks})."
    return Verdict(context=index, label="uncertain", rule="contested", reason=reason)
