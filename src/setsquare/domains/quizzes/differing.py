"""What differs between two versions of a quiz: which questions came, changed and went, and which rules."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.quizzes.content import Content, Question


@dataclass(frozen=True)
class Difference:
    """What differs between an older version and a newer one."""

    added: tuple[Question, ...]
    changed: tuple[tuple[Question, Question], ...]
    """Before and after."""
    retired: tuple[Question, ...]
    rules: tuple[str, ...]
    """The names of the rules that are others."""
    order: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.retired or self.rules or self.order)

    @property
    def in_words(self) -> str:
        """Return it as one line: 2 added, 1 changed, the rules changed."""
        counted = (
            (self.added, ngettext("%(n)s added", "%(n)s added", len(self.added))),
            (self.changed, ngettext("%(n)s changed", "%(n)s changed", len(self.changed))),
            (self.retired, ngettext("%(n)s retired", "%(n)s retired", len(self.retired))),
        )
        parts = [words % {"n": len(what)} for what, words in counted if what]
        parts += [_("the rules changed")] if self.rules else []
        parts += [_("the order changed")] if self.order else []
        return ", ".join(parts)


def difference(old: Content, new: Content) -> Difference:
    """Return what differs between two contents; a question that is asked again counts as added."""
    was, now = _in_use(old.questions), _in_use(new.questions)
    kept = [code for code in now if code in was]
    rules = old.rules.model_dump()
    return Difference(
        added=tuple(question for code, question in now.items() if code not in was),
        changed=tuple((was[code], now[code]) for code in kept if was[code] != now[code]),
        retired=tuple(question for code, question in was.items() if code not in now),
        rules=tuple(name for name, value in new.rules.model_dump().items() if rules[name] != value),
        order=[code for code in was if code in now] != kept,
    )


def _in_use(questions: Iterable[Question]) -> dict[str, Question]:
    return {question.code: question for question in questions if not question.retired}
