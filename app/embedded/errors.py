"""The one error the embedded services raise."""


class EmbeddedError(Exception):
    """A service cannot run here: what failed, why, and what the reader can do about it.

    The three parts are kept apart so that a command line can lay them out; `str()` joins them.
    """

    def __init__(self, what: str, reason: str, mend: str) -> None:
        super().__init__(what, reason, mend)
        self.what = what
        self.reason = reason
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what}: {self.reason.rstrip('.')}. {self.mend}"
