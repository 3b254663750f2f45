"""The pages of quizzes: the generic cases, taking one, and that nobody learns what is right before they may."""

import re
from pathlib import Path

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.domains.quizzes.models import Quiz
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.api.conftest import Caller
from tests.cases import ThingCase
from tests.quizzes.conftest import PASSWORD, QUESTIONS, RIGHT, SECRET, Hall, as_shown, attempt_of


class TestQuizzes(ThingCase):
    thing = "quiz"

    @pytest.fixture
    def prepared(self, hall: Hall) -> None:
        self.hall = hall

    def make(self, number: int) -> Record:
        return self.hall.draft(QUESTIONS[:1])

    def reader(self) -> User:
        return self.hall.cora

    def stranger(self) -> User:
        return self.hall.nora

    def test_true_or_false_is_chosen(self) -> None:
        quiz = self.hall.quiz()
        base = f"{self.base}{quiz.number}/do/"
        form = self.client.get(f"{base}change_question/?code=Q3").content.decode()
        assert '<option value="true" selected>True</option>' in form
        assert '<option value="false">False</option>' in form
        sent = {"code": "Q3", "kind": "true_false", "text": "Is it so?", "points": "1", "truth": "false"}
        assert self.client.post(f"{base}change_question/", sent).status_code == 303
        drafted = Quiz.objects.get(pk=quiz.pk).latest.by_code["Q3"]
        assert (drafted.accepted, drafted.right_in_words) == (("false",), "False")

    def test_the_tabs_of_who_manages_it(self) -> None:
        quiz = self.hall.quiz()
        base = f"{self.base}{quiz.number}/"
        for said in (RIGHT, {}, {**RIGHT, "Q1": ["Lux"]}):
            self.hall.took(self.hall.anna, quiz, said)
        page = self.client.get(base).content.decode()
        assert SECRET in page and "Which are lengths?" in page
        form = self.client.get(f"{base}do/change_question/?code=Q2").content.decode()
        assert "Metre" in form and "Which are lengths?" in form
        self.hall.do(self.hall.cora, quiz, "change_question", **{**QUESTIONS[2], "text": "Is it so now?"})
        count, draft = self.queries(f"{base}draft/")
        assert count <= 12 and "1 changed" in draft.content.decode()
        assert "Is it so now?" in self.client.get(f"{base}versions/?from=1&to=draft").content.decode()
        count, shown = self.queries(f"{base}statistics/")
        assert count <= 12 and "Answers given" in shown.content.decode()
        assert "67\u00a0%" in shown.content.decode()  # two of three passed
        assert b"Which unit?" in self.client.get(f"{base}statistics/export/csv/").content
        assert self.client.get(f"{base}export/xlsx/").content.startswith(b"PK")
        assert self.client.get(f"{base}statistics/?version=9").status_code == 404


@pytest.mark.parametrize(("language", "percent"), [("en", "66.7"), ("de", "66,7")])
def test_the_register_tells_percents_as_its_reader_writes_them(
    hall: Hall, client: Client, language: str, percent: str
) -> None:
    quiz = hall.quiz([QUESTIONS[0], QUESTIONS[2], QUESTIONS[3]])
    for said in (RIGHT, {**RIGHT, "Q1": ["Lux"]}):
        hall.took(
            hall.anna, quiz, {code: value for code, value in said.items() if code in ("Q1", "Q3", "Q4")}
        )
    User.objects.filter(pk=hall.cora.pk).update(language=language)
    client.force_login(hall.cora)
    page = client.get("/quiz-attempts/").content.decode()
    cells = re.findall(r'<td data-col="percent"[^>]*>(.*?)</td>', page, re.S)
    assert sorted(re.sub("<[^>]*>", "", cell).strip() for cell in cells) == ["100", percent]


class TestAttempts(ThingCase):
    thing = "quiz_attempt"

    @pytest.fixture
    def prepared(self, hall: Hall) -> None:
        self.hall, self.quiz = hall, hall.quiz()

    def make(self, number: int) -> Record:
        return self.hall.took(self.hall.anna, self.quiz)

    def reader(self) -> User:
        return self.hall.anna

    def stranger(self) -> User:
        return self.hall.ben

    def test_it_is_taken_on_one_page_and_nothing_is_lost(self) -> None:
        start = f"/quizzes/{self.quiz.number}/start/"
        take = self.client.post(start)["Location"]
        assert self.client.post(start)["Location"] == take  # goes on with what was begun
        record = Record.objects.get(type="quiz_attempt")
        count, page = self.queries(take)
        assert count <= 12 and page.content.decode().count('class="section-box question') == 5
        places = {one["question"]: n for n, one in enumerate(attempt_of(record).drawn)}
        one, four = f"q{places['Q1']}", f"q{places['Q4']}"
        kept = self.client.post(
            f"{take}keep/", {one: "2", four: "much"}, headers={"Accept": "application/json"}
        )
        assert "saved_at" in kept.json() and attempt_of(record).answers == {"Q1": ["2"]}
        other = {f"was{places['Q4']}": "", four: ""}  # a page that stood open since takes nothing back
        self.client.post(f"{take}keep/", other | {f"was{places['Q1']}": "", one: ""})
        assert attempt_of(record).answers == {"Q1": ["2"]}
        again = self.client.post(take, {four: "much", "submit": "1"})
        assert again.status_code == 422 and "Write a number, such as 12.5." in again.content.decode()
        assert 'value="much"' in again.content.decode()
        asked = self.client.post(take, {four: "25.4", "submit": "1"}).content.decode()
        assert "3 questions are not answered. Hand in?" in asked and 'name="sure" value="3"' in asked
        assert attempt_of(record).record.state == "started" and attempt_of(record).answers["Q4"] == ["25.4"]
        done = self.client.post(take, {"sure": "3", "submit": "1"})
        assert done.status_code == 303 and attempt_of(record).record.state == "failed"
        late = self.client.post(take, {four: "1", "submit": "1"})
        told = self.client.get(late["Location"]).content.decode()
        assert f"{record.number} was handed in already; what you sent now does not count." in told
        mine = self.client.get("/quizzes/mine/").content.decode()
        assert "Not passed" in mine and self.quiz.number in mine
        self.client.force_login(self.hall.cora)
        assert self.client.get(take).status_code == 404


def everywhere(
    client: Client, api: Caller, quiz: Record, attempt: Record, capsys: pytest.CaptureFixture[str]
) -> str:
    """Return all that Anna can read of the quiz and her attempt."""
    told = []
    for base in (f"/quizzes/{quiz.number}/", f"/quiz-attempts/{attempt.number}/"):
        paths = ["", "history/", "history/export/json", "history/export/csv", "signatures/", "links/"]
        paths += ["draft/", "versions/", "statistics/", "export/csv/", "statistics/export/csv/", "take/"]
        paths += [f"?at={quiz.changed.isoformat()}", "do/change_question/?code=Q1"]
        for path in paths:
            answer = client.get(base + path)
            if answer.status_code == 200:
                parts = answer.streaming_content if answer.streaming else [answer.content]
                told.append(b"".join(parts).decode())
        slug, number = base.strip("/").split("/")
        for path in (
            "",
            "/trail",
            "/signatures",
            ":questions",
            ":export",
            ":statistics",
            "/texts/content",
        ):
            told.append(api.get(f"/{slug}/{number}{path}").content.decode())
    for word in ("Planck", "Kelvin", SECRET):
        assert f'href="/quizzes/{quiz.number}/"' not in client.get(f"/search/?q={word}").content.decode()
    for words in (
        ["questions", attempt.number],
        ["quizzes", "show", quiz.number, "--json"],
        ["export", "quizzes", quiz.number, "-o", "-"],
        ["quizzes", "history", quiz.number, "--json"],
    ):
        run(words)
        told.append(capsys.readouterr().out)
    return "\n".join(told)


SHOWS = {"never": (False, False), "passed": (False, True), "always": (True, True)}
"""Whether what is right is shown after failing, and after passing."""


@pytest.mark.parametrize("shows", SHOWS)
def test_what_is_right_stays_on_the_server_until_it_may_be_known(
    hall: Hall,
    client: Client,
    shows: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    quiz = hall.quiz(shows=shows, shuffled=False)
    digest = Record.objects.get(pk=quiz.pk).quiz.content
    attempt = hall.start(hall.anna, quiz)
    hall.do(hall.anna, attempt, "answer", answers=as_shown(attempt, {"Q1": ["Lux"]}))
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "anna")
    client.force_login(hall.anna)
    api = Caller(hall.anna, ("read", "write"))

    before = everywhere(client, api, quiz, attempt, capsys)
    assert "Which unit?" in before and "Kelvin" in before  # it is asked
    for secret in (SECRET, "Planck</", "Max Planck", "25.4", digest, '"right"'):
        assert secret not in before, secret
    client.force_login(hall.tom)  # who leads her sees that it was begun, and no question
    assert b"Which unit?" not in client.get(f"/quiz-attempts/{attempt.number}/").content
    client.force_login(hall.anna)
    for passes, said in ((False, {"Q1": ["Lux"]}), (True, RIGHT)):
        if passes:
            attempt = hall.start(hall.anna, quiz)
        hall.do(hall.anna, attempt, "submit", answers=as_shown(attempt, said))
        after = everywhere(client, api, quiz, attempt, capsys)
        assert (SECRET in after) is SHOWS[shows][passes]
        assert digest not in after
        assert ('"right_answer"' in after) is SHOWS[shows][passes]


def test_it_is_taken_through_the_api_and_on_the_command_line(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiz = hall.quiz(shuffled=False)
    anna, cora = Caller(hall.anna, ("read", "write")), Caller(hall.cora, ("read", "write"))
    number = anna.post("/quiz-attempts:start", {"quiz": quiz.number}).json()["number"]
    items = anna.get(f"/quiz-attempts/{number}:questions").json()["items"]
    assert items[0]["options"][0] == {"value": "1", "text": "Kelvin"} and len(items) == 5
    given = [{"question": "Q1", "answer": ["1"]}, {"question": "Q4", "answer": ["much"]}]
    refused = anna.post(f"/quiz-attempts/{number}:answer", {"answers": given})
    assert refused.status_code == 422 and "Write a number" in refused.content.decode()
    assert anna.post(f"/quiz-attempts/{number}:answer", {"answers": given[:1]}).status_code == 200
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    monkeypatch.setenv("SETSQUARE_AS", "anna")
    rest = '[{"question": "Q2", "answer": ["1", "2"]}, {"question": "Q3", "answer": ["true"]}]'
    assert run(["quiz-attempts", "submit", number, "--answers", rest]) == 0
    assert "Not passed: 4 of 6 points, 66.7 %; 80 % are needed." in capsys.readouterr().out
    assert cora.post(f"/quiz-attempts/{number}:submit", {}).status_code in (403, 409)
    found = cora.get(f"/quizzes/{quiz.number}:statistics").json()
    assert (found["attempts"], found["passed"], found["questions"][0]["difficulty"]) == (1, 0, 1.0)
    assert b"Max Planck" in cora.get(f"/quizzes/{quiz.number}:export").content
    assert anna.get(f"/quizzes/{quiz.number}:statistics").status_code == 403
    monkeypatch.setenv("SETSQUARE_AS", "cora")
    assert run(["quiz-statistics", quiz.number]) == 0
    assert run(["export", "quizzes", quiz.number, "-o", "q.csv"]) == 0
    assert "Max Planck" in (tmp_path / "q.csv").read_text()


def test_who_sees_training_reads_what_came_of_attempts_and_neither_answers_nor_what_is_right(
    hall: Hall,
) -> None:
    reads = ["training.read", "organisation.read"]  # they take no quiz
    bootstrap.add_role("auditor_like", "Looks at training", "", [*reads, "training.see"])
    alma, elsa = (bootstrap.add_person(name, f"{name.title()} Example", "N") for name in ("alma", "elsa"))
    bootstrap.grant(alma, "auditor_like", "N")
    bootstrap.grant(elsa, "auditor_like", "S")
    attempt = hall.took(hall.ben, hall.quiz(), {**RIGHT, "Q4": ["17.5"]})
    at = f"/quiz-attempts/{attempt.number}"
    client = Client()
    client.force_login(alma)
    page = client.get(f"{at}/").content.decode()
    register = client.get("/quiz-attempts/").content.decode()
    assert 'href="/quiz-attempts/"' in client.get("/").content.decode() and attempt.number in register
    assert "Ben Example" in page and "83" in page and "Passed" in page
    api = Caller(alma, ("read",))
    said = api.get(at).json()
    assert said["points"] == 5 and said["percent"] == "83.3" and "answers" not in said and "drawn" not in said
    export = client.get(f"{at}/history/export/json").getvalue().decode()
    told = [
        page,
        export,
        client.get(f"{at}/history/").content.decode(),
        api.get(f"{at}/trail").content.decode(),
    ]
    assert not any(secret in one for one in told for secret in ("17.5", SECRET, "Which unit?"))
    assert "/do/" not in page
    assert "17.5" in Caller(hall.ben, ("read",)).get(at).content.decode()
    for person in (elsa, hall.olga, hall.tom):
        other = Client()
        other.force_login(person)
        assert other.get(f"{at}/").status_code == 404
        assert Caller(person, ("read",)).get(at).status_code == 404


@pytest.mark.parametrize(("count", "told"), [(1, "1 question; passed"), (2, "2 questions; passed")])
def test_the_page_counts_one_question_as_one(hall: Hall, client: Client, count: int, told: str) -> None:
    quiz = hall.quiz(QUESTIONS[:count])
    client.force_login(hall.anna)
    page = client.get(client.post(f"/quizzes/{quiz.number}/start/")["Location"]).content.decode()
    assert f'<p class="page-lead">{told} with ' in page
