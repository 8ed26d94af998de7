"""A refusal: something that cannot be done, in words for the person who asked."""

from __future__ import annotations

from typing import Any

from cluster4w.template.language import Translate


class Refusal(Exception):
    """The one way in which the tracker says no to a person.

    ``message`` is an English source sentence marked with ``N_``, with ``%(name)s`` places filled from
    ``params``. Pages and the command line translate it; nothing has been changed when it is raised.
    """

    def __init__(self, code: str, message: str, /, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.code = code
        self.message = message
        self.params = params

    def words(self, translate: Translate) -> str:
        """Return the sentence in the user's language."""
        translated = translate(self.message)
        if not self.params:
            return translated
        # "This file is %(kind)s": the kind is a source phrase as well.
        kind = self.params.get("kind")
        params = {**self.params, "kind": translate(kind)} if isinstance(kind, str) else self.params
        return translated % params


class NotFound(Refusal):
    """The thing does not exist, or this person may not know that it does."""


class Forbidden(Refusal):
    """This person may not do that."""
