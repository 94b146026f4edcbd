"""A second checker of Surety's certificates, written from docs/certificates.md alone."""


class Rejected(Exception):
    """The certificate does not prove its claim; the text says why, in one line."""


class Unproved(Rejected):
    """The bounds were computed, and are not on the right side: exact arithmetic may still decide."""


class Unreadable(Exception):
    """A file that cannot be read at all."""
