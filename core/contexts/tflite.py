"""A TensorFlow Lite model: loaded at its first use, run by one thread at a time."""

import threading
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.weights import find_weight

Array = NDArray[np.float32]


class TFLiteModel:
    """One packaged `.tflite` file with its label names.

    An interpreter keeps tensors between `set` and `invoke`, so a lock lets one thread in at a time.

    Attributes:
        weight: Name of the file in `core.weights.WEIGHTS`.
    """

    def __init__(self, weight: str) -> None:
        """Remember which file to load; nothing is read yet."""
        self.weight = weight
        self._lock = threading.Lock()
        self._interpreter: Any = None

    def run(self, batch: NDArray[Any]) -> list[Array]:
        """Return every output tensor for this input, in the order of the file.

        Args:
            batch: The one input tensor, of the type and shape that the model asks for.

        Raises:
            InputError: The weights are not installed, or damaged.
        """
        with self._lock:
            if self._interpreter is None:
                self._interpreter = self._load()
            interpreter = self._interpreter
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], batch)
            interpreter.invoke()
            return [interpreter.get_tensor(o["index"]) for o in interpreter.get_output_details()]

    def labels(self) -> list[str]:
        """Return the class names from the zip that the model's metadata appends to the file.

        Raises:
            InputError: The weights are not installed, or damaged.
        """
        with zipfile.ZipFile(find_weight(self.weight)) as archive:
            return archive.read(archive.namelist()[0]).decode("utf-8").splitlines()

    def _load(self) -> Any:
        from ai_edge_litert.interpreter import Interpreter

        # One thread: on two busy cores a second one waits more than it works.
        interpreter = Interpreter(str(find_weight(self.weight)), num_threads=1)
        interpreter.allocate_tensors()
        return interpreter
