"""The commands of quizzes and attempts; importing this declares all of them."""

from setsquare.domains.quizzes.commands import attempting, drafting, importing, quiz, releasing

__all__ = ["attempting", "drafting", "importing", "quiz", "releasing"]
