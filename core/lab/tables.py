"""A lab report in words, for a terminal."""

from core.lab.report import LabReport


def report_table(report: LabReport) -> str:
    """Return a report as aligned text: values by player, then axioms, smallest set and sampling."""
    width = max(len("player"), *(len(player) for player in report.players))
    estimate = report.estimate
    errors = estimate.standard_error
    lines = [
        f"{report.title}: {report.story}",
        "",
        f"{'player':<{width}}{'Shapley':>10}{'Banzhaf':>10}{'if it left':>12}{'sampled':>10}",
    ]
    for i, player in enumerate(report.players):
        spread = f" ± {errors[i]:.4f}" if errors else " ± unknown"
        lines.append(
            f"{player:<{width}}{report.shapley_values[i]:>10.4f}{report.banzhaf_values[i]:>10.4f}"
            f"{report.leave_one_out[i]:>12.4f}{estimate.values[i]:>10.4f}{spread}"
        )
    held = [axiom.name for axiom in report.axioms if axiom.holds]
    lines += [
        "",
        f"v(N) = {report.values[-1]:.4f} {report.unit}; the Shapley values keep: {', '.join(held)}",
        smallest_set_words(report),
        f"sampled: {estimate.method}, {estimate.evaluations} evaluations, root mean squared error "
        f"{estimate.rmse:.4f}, seed {report.request.seed}",
    ]
    return "\n".join(lines)


def smallest_set_words(report: LabReport) -> str:
    """Return who reaches 95 % of v(N), in a sentence."""
    found = report.smallest_set
    if not found.reached:
        return f"Everybody together is worth {found.grand:.4g}: there is nothing to reach."
    names = ", ".join(report.players[member] for member in found.members)
    return f"95 % of v(N) is reached by {len(found.members)} of {len(report.players)}: {names}"
