"""Cased character features: what an uncased text encoder cannot see."""

from torch import Tensor, nn


class CharacterEncoder(nn.Module):
    """A convolution over the characters of each word, maximum over positions.

    Ours: the default text encoder lower-cases its input, and capital letters are the best sign of a
    name in a tweet.
    """

    def __init__(self, characters: int, width: int, *, embedding_width: int = 32) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, embedding_width, padding_idx=0)
        self.convolution = nn.Conv1d(embedding_width, width, kernel_size=3, padding=1)

    def forward(self, char_ids: Tensor) -> Tensor:
        """Return features of shape (B, L, width) for characters of shape (B, L, C)."""
        batch, words, length = char_ids.shape
        embedded = self.embedding(char_ids.reshape(-1, length))  # (B*L, C, E)
        features = self.convolution(embedded.transpose(1, 2)).relu().amax(-1)  # (B*L, width)
        return features.view(batch, words, -1)  # type: ignore[no-any-return]
