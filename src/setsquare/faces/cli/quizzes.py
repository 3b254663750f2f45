"""Quizzes on the command line: the questions of an attempt, and the statistics of a quiz."""

import argparse

from django.utils.translation import gettext as _

from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.scopes import knows_answers
from setsquare.domains.quizzes.showing import questions_for
from setsquare.domains.quizzes.statistics import HEADS, figures, table_of, values_of
from setsquare.domains.quizzes.thing import ATTEMPTS, QUIZZES
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options, find
from setsquare.faces.cli.showing import as_json, say, table
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import NotFound, NotPermitted


def add_question_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `questions`."""
    parser.add_argument("number", metavar="NUMBER", help=_("an attempt at a quiz, such as QA-00001"))


def show_questions(caller: Caller, options: Options) -> None:
    """Show what an attempt asks; once it is handed in, what was answered and may be known of it."""
    caller.require(Scope.READ, ATTEMPTS.code)
    record = find(caller, ATTEMPTS, options.number)
    items = questions_for(record.quiz_attempt, caller.user)
    if options.json:
        as_json({"items": items})
        return
    if not items:
        say(_("There is nothing here that you can see."))
    for item in items:
        say(f"{item['question']}  {item['text']}")
        for number, text in enumerate(item.get("items", ()), 1):
            say(f"    {number}. {text}: …")
        for option in item.get("options", ()):
            say(f"    {option['value']}  {option['text']}")
        answer = item["answer"]
        given = ", ".join(answer) if isinstance(answer, list) else answer
        if given:
            say("    " + _("Answer: %(answer)s") % {"answer": given})
        if "right_answer" in item:
            say("    " + _("Right answer: %(answer)s") % {"answer": item["right_answer"]})


def add_statistics_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `quiz-statistics`."""
    parser.add_argument("number", metavar="NUMBER", help=_("a quiz, such as QZ-001"))
    parser.add_argument("--edition", type=int, default=0, help=_("a version; without it the one in force"))


def show_statistics(caller: Caller, options: Options) -> None:
    """Show what the attempts at a version tell, a row for each question."""
    caller.require(Scope.READ, QUIZZES.code)
    record = find(caller, QUIZZES, options.number)
    if not knows_answers(record, caller.user):
        raise NotPermitted(_("Questions and statistics are for who manages the quiz."))
    quiz: Quiz = record.quiz
    edition = options.edition or quiz.edition
    content = quiz.at(edition)
    if content is None:
        raise NotFound
    found = figures(quiz, edition, content)
    if options.json:
        as_json(values_of(found))
        return
    told = {"attempts": found.attempts, "passed": found.passed, "people": found.people}
    say(_("%(attempts)s attempts by %(people)s people, %(passed)s passed.") % told)
    table(list(HEADS), list(table_of(found)))
