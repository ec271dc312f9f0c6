"""The alignment games among a post's own contexts, without the bank's.

Ours. The games against the bank say how a context stands among strangers; these say how the post's
own contexts share what they have in common, coalition by coalition.
"""

import torch

from core.records import Game, Games, OwnGame
from core.shapley import shapley_values
from core.shapley.coalitions import all_coalitions
from core.shapley.given_games import TableGame
from core.shapley.interactions import pairwise_interactions
from core.shapley.similarity_games import SoftmaxMeanGame


def own_games(games: Games) -> list[OwnGame]:
    """Return one game for each side that was played, text before image."""
    return [_own_game(game) for game in (games.text, games.image) if isinstance(game, Game)]


def _own_game(game: Game) -> OwnGame:
    contexts = [standing.context for standing in game.standings]
    similarity = torch.tensor(
        [[standing.similarity] for standing in game.standings], dtype=torch.float64
    )  # (n, 1)
    players = SoftmaxMeanGame(similarity, game.temperature)
    values = players.coalition_values(all_coalitions(len(contexts)))  # (2^n, 1)
    return OwnGame(
        side=game.side,
        contexts=contexts,
        values=values[:, 0].tolist(),
        shapley_values=shapley_values(TableGame(values)).values[:, 0].tolist(),
        interactions=pairwise_interactions(values)[:, :, 0].tolist(),
    )
