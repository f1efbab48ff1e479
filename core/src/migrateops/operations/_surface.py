"""Empty at run time; ``_surface.pyi`` tells type checkers the signatures of the directives."""


class OperationsSurface:
    """The directives of ``op``."""


class BatchSurface:
    """The directives of a batch."""
