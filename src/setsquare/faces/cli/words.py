"""Which words there are, and what answers them."""

import argparse
import sys
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.faces.cli import (
    authority,
    badges,
    competence,
    exporting,
    gaps,
    importing,
    lists,
    people,
    quizzes,
    reading,
    role_profiles,
    statements,
    training,
)
from setsquare.faces.cli.failures import FAILURES, Usage, tell
from setsquare.faces.cli.orders import add_options, commands_by_word, described, order
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.showing import say
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.declaration import Command
from setsquare.kernel.commands.errors import CommandError, Refused
from setsquare.kernel.records.things import Thing, all_things, thing_by_slug
from setsquare.kernel.representation.declarations import translated

HELP = ("-h", "--help")
Parser = argparse.ArgumentParser
Options = argparse.Namespace


def answer(words: list[str]) -> int:
    """Answer the words; returns the exit code."""
    as_json = "--json" in words
    try:
        first, rest = (words[0], words[1:]) if words else ("records", [])
        if first in ("records", *HELP):
            say(overview())
        elif first in _EVERYTHING:
            _everything(first, rest)
        else:
            _of_register(first, rest)
    except FAILURES as failure:
        return tell(failure, as_json=as_json)
    return 0


def _parser(name: str, description: str) -> Parser:
    parser = Parser(
        prog=f"setsquare {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help=_("for programs"))
    people.add_options(parser)
    return parser


def overview() -> str:
    """Return which registers there are and what can be asked of all of them."""
    lines = [_("Registers (setsquare <register> --help lists what can be done):")]
    width = max((len(thing.slug) for thing in all_things()), default=0)
    lines += [f"  {thing.slug:<{width}}  {translated(thing.description)}" for thing in all_things()]
    lines += ["", _("Of all registers:")]
    lines += [f"  {word:<{width}}  {help_()}" for word, (_add, _show, help_) in _EVERYTHING.items()]
    lines += ["", _("Who acts: --as USER (your password is asked for), or --token TOKEN.")]
    return "\n".join(lines)


# --- of all registers -----------------------------------------------------------------------------


def _add_task_options(parser: Parser) -> None:
    parser.add_argument("--limit", type=int, default=50)


_EVERYTHING: dict[
    str, tuple[Callable[[Parser], None], Callable[[Caller, Options], None], Callable[[], str]]
] = {
    "search": (
        reading.add_search_options,
        reading.find_records,
        lambda: _("Find records by their words, the best first."),
    ),
    "tasks": (
        _add_task_options,
        reading.show_tasks,
        lambda: _("What you are asked to do, the earliest due first."),
    ),
    "trail": (
        reading.add_trail_options,
        reading.show_trail,
        lambda: _("What was done, by whom, when and why; newest first."),
    ),
    "import": (
        importing.add_import_options,
        importing.bring_in,
        lambda: _("Bring in a folder of documents, or a table of other records; checked first."),
    ),
    "export": (
        exporting.add_export_options,
        exporting.export,
        lambda: _("A register (csv, xlsx, json), a history, or a document (pdf, docx, md) as a file."),
    ),
    "compare": (
        exporting.add_compare_options,
        exporting.compare,
        lambda: _("What two revisions of a document differ in."),
    ),
    "comments": (
        lists.add_comment_options,
        lists.show_comments,
        lambda: _("The discussion of a revision."),
    ),
    "reading": (
        lists.add_reading_options,
        lists.show_reading,
        lambda: _("Who has read a document, who has not."),
    ),
    "profiles": (
        role_profiles.add_options,
        role_profiles.show,
        lambda: _("Who has a role profile, or which ones somebody has."),
    ),
    "questions": (
        quizzes.add_question_options,
        quizzes.show_questions,
        lambda: _("The questions of an attempt at a quiz."),
    ),
    "quiz-statistics": (
        quizzes.add_statistics_options,
        quizzes.show_statistics,
        lambda: _("How the questions of a quiz do."),
    ),
    "reviews": (
        lists.add_review_options,
        lists.show_reviews,
        lambda: _("Periodic reviews that are due."),
    ),
    "copies": (
        lists.add_copy_options,
        lists.show_copies,
        lambda: _("Controlled copies that were given out."),
    ),
    "training": (
        training.add_matrix_options,
        training.show_matrix,
        lambda: _("Who needs and holds which course."),
    ),
    "who-may": (
        authority.add_who_options,
        authority.show_who,
        lambda: _("Who may carry out a command in a unit, or what the others lack."),
    ),
    "what-may-i": (
        authority.add_what_options,
        authority.show_what,
        lambda: _("What your roles allow in a unit, and what rules keep you from."),
    ),
    "rule-effect": (
        authority.add_effect_options,
        authority.show_effect,
        lambda: _("What approving an authority rule would change, or withdrawing it."),
    ),
    "competence": (
        competence.add_competence_options,
        competence.show_competence,
        lambda: _("What somebody is able to, and how it came to be."),
    ),
    "calibration": (
        competence.add_calibration_options,
        competence.show_calibration,
        lambda: _("How assessors stand to what was agreed and to each other."),
    ),
    "gaps": (
        gaps.add_gap_options,
        gaps.show_gaps,
        lambda: _("What people lack of the competence that is asked of them."),
    ),
    "coverage": (
        gaps.add_coverage_options,
        gaps.show_coverage,
        lambda: _("How many have the competence that is needed, by component."),
    ),
    "stand-ins": (
        gaps.add_stand_in_options,
        gaps.show_stand_ins,
        lambda: _("Who could stand in for somebody, by competence."),
    ),
    "single-points": (
        gaps.add_single_point_options,
        gaps.show_single_points,
        lambda: _("Competence that nobody or one person alone holds."),
    ),
    "notices": (
        lists.add_notice_options,
        lists.show_notices,
        lambda: _("What you are told, the newest first."),
    ),
    "views": (
        lists.add_view_options,
        lists.answer_views,
        lambda: _("Saved views of a register: show, keep, delete."),
    ),
    "badge": (
        badges.add_badge_options,
        badges.verify_badge,
        lambda: _("Verify an Open Badge: who signed it, whether it holds, whose it is."),
    ),
    "statements": (
        statements.add_statement_options,
        statements.show_statements,
        lambda: _("Learning records that came in (xAPI), and what became of them."),
    ),
    "access": (
        lambda _parser: None,
        lists.show_access,
        lambda: _("Your tokens, and where you are signed in."),
    ),
}


def _everything(word: str, rest: list[str]) -> None:
    add, show, help_ = _EVERYTHING[word]
    parser = _parser(word, help_())
    add(parser)
    options = parser.parse_args(rest)
    show(people.recognise(options), options)


# --- of one register ------------------------------------------------------------------------------


def _of_register(slug: str, rest: list[str]) -> None:
    try:
        thing = thing_by_slug(slug)
    except KeyError:
        known = ", ".join(thing.slug for thing in all_things())
        sentence = _("There is no command or register “%(name)s”. Registers: %(names)s.")
        raise Usage(sentence % {"name": slug, "names": known}) from None
    word, rest = (rest[0], rest[1:]) if rest else ("--help", [])
    if word in HELP:
        say(_register_help(thing))
    elif word in _READERS:
        _read(thing, word, rest)
    else:
        command = commands_by_word(thing).get(word.replace("_", "-"))
        if command is None:
            sentence = _("%(register)s have no command “%(name)s”; `setsquare %(slug)s --help` lists them.")
            raise Usage(sentence % {"register": thing.plural, "name": word, "slug": slug})
        _order(thing, command, rest)


def _add_number(parser: Parser, _thing: Thing) -> None:
    parser.add_argument("number", metavar="NUMBER")


_READERS: dict[
    str,
    tuple[Callable[[Parser, Thing], None], Callable[[Caller, Thing, Options], None], Callable[[], str]],
] = {
    "list": (reading.add_list_options, reading.list_records, lambda: _("The register, filtered and sorted.")),
    "show": (reading.add_show_options, reading.show_record, lambda: _("One record, now or as it stood.")),
    "history": (_add_number, reading.show_history, lambda: _("What happened to it, newest first.")),
    "commands": (
        _add_number,
        reading.show_offers,
        lambda: _("What you may do with it now, and why not the rest."),
    ),
}


def _read(thing: Thing, word: str, rest: list[str]) -> None:
    add, show, help_ = _READERS[word]
    parser = _parser(f"{thing.slug} {word}", help_())
    add(parser, thing)
    options = parser.parse_args(rest)
    show(people.recognise(options), thing, options)


def _order(thing: Thing, command: Command, rest: list[str]) -> None:
    word = command.name.replace("_", "-")
    parser = _parser(f"{thing.slug} {word}", f"{translated(command.label)}.\n\n{described(thing, command)}")
    add_options(parser, thing, command)
    options = parser.parse_args(rest)
    caller = people.recognise(options)
    caller.require(Scope.READ, thing.code)
    if command.creates or not command.bulk:
        record = None if command.creates else reading.find(caller, thing, options.number)
        order(caller, thing, command, record, options)
        return
    _each(caller, thing, command, options)


def _each(caller: Caller, thing: Thing, command: Command, options: Options) -> None:
    """Carry a command out on each record, in a transaction of its own; what is refused stops none of the others."""
    numbers = list(dict.fromkeys(options.number))
    if len(numbers) == 1:
        order(caller, thing, command, reading.find(caller, thing, numbers[0]), options)
        return
    if options.version is not None:
        raise Usage(_("--version goes with one record only."))
    refused = 0
    for number in numbers:
        try:
            order(caller, thing, command, reading.find(caller, thing, number), options)
        except CommandError as failure:
            refused += 1
            print(f"{number}:", file=sys.stderr, end=" ")
            tell(failure, as_json=options.json)
    if refused:
        sentence = ngettext("%(count)s record was refused.", "%(count)s records were refused.", refused)
        raise Refused(sentence % {"count": refused})


def _register_help(thing: Thing) -> str:
    commands = commands_by_word(thing)
    width = max(len(word) for word in (*_READERS, *commands))
    lines = [f"{thing.plural}. {translated(thing.description)}", "", _("Read:")]
    lines += [f"  {word:<{width}}  {help_()}" for word, (_add, _show, help_) in _READERS.items()]
    for title, creates in ((_("Make:"), True), (_("Change (with its NUMBER):"), False)):
        chosen = {word: command for word, command in commands.items() if command.creates is creates}
        if chosen:
            lines += ["", title]
            lines += [f"  {word:<{width}}  {translated(command.label)}" for word, command in chosen.items()]
    lines += ["", _("`setsquare %(slug)s <command> --help` explains one of them.") % {"slug": thing.slug}]
    return "\n".join(lines)
