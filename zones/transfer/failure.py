"""Why there was no complete transfer, in words that begin with the server."""


class TransferFailure(Exception):  # noqa: N818 - ours alone: AxfrError is what leaves the floor
    """Why there was no complete transfer: what the server did, and what to do about it."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        """The rest of a sentence that begins with the server."""
        self.remedy = remedy
