"""Which versions of the Graph API are served, and how the older ones are answered."""

from typing import Final

from sandbox.meta.errors import deprecated_version, unknown_path

CURRENT: Final = (26, 0)
_WITHOUT_WARNING: Final = (25, 0)
_OLDEST: Final = (22, 0)


def text(version: tuple[int, int]) -> str:
    """As in a path: v26.0."""
    return f"v{version[0]}.{version[1]}"


def check(version: tuple[int, int]) -> None:
    """Refuse versions that are gone or that never were."""
    if version > CURRENT or version[1] != 0:
        raise unknown_path(f"/{text(version)}")
    if version < _OLDEST:
        raise deprecated_version(text(CURRENT))


def headers(version: tuple[int, int]) -> dict[str, str]:
    """The version that answered, and a warning to those who asked for an older one."""
    answered = {"facebook-api-version": text(CURRENT)}
    if version >= _WITHOUT_WARNING:
        return answered | {"facebook-api-version": text(version)}
    warning = (
        f"The call has been auto-upgraded to {text(CURRENT)} as {text(version)} will be deprecated."
    )
    return answered | {"X-Ad-Api-Version-Warning": warning}
