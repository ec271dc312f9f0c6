"""Both alignment games of a post, or why one of them cannot be played."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.bank import Bank
from core.explain.alignment_game import Players, Targets, play_game
from core.model import AlignmentFeatures
from core.records import AnyGame, Context, Games, NoGame, Player, Side


def play_games(
    contexts: Sequence[Context],
    aligned: AlignmentFeatures,
    bank: Bank,
    *,
    has_image: bool,
    temperature: float,
    method: str,
) -> Games:
    """Return the game towards the sentence and the game towards the photo.

    Args:
        contexts: All of the post's; those that are off take no part.
        aligned: Features of the post alone, its included contexts in order.
        bank: Foreign to the post.
        has_image: Whether there is a photo to play towards.
        temperature: Of the softmax-mean utility.
        method: See `core.shapley.shapley_values`.
    """
    used = [place for place, context in enumerate(contexts) if context.included]
    players = Players(
        [*(Player(text=contexts[place].text, context=place) for place in used), *bank.players()],
        torch.cat([aligned.contexts[0, : len(used)].cpu(), bank.contexts]),
    )

    def play(side: Side, target: Tensor, bank_ids: Sequence[str], others: Tensor) -> AnyGame:
        if not used:
            why = "is switched on" if contexts else "was given or generated"
            return NoGame(side=side, reason=f"No context {why}, so there is no game to play.")
        targets = Targets(bank_ids, torch.cat([target.cpu(), others]))
        return play_game(side, players, targets, temperature=temperature, method=method)

    image: AnyGame = NoGame(side="image", reason="The post has no image, so it has no image side.")
    if has_image:
        image = play("image", aligned.image, *bank.with_image())
    ids = [entry.id for entry in bank.entries]
    return Games(text=play("text", aligned.text, ids, bank.texts), image=image)
