// Taking a quiz: how many questions have an answer, counted as one goes. `data-quiz` on the form.
import { each } from "./page.js";

each("form[data-quiz]", (form) => {
  const said = (one) => (one.type === "text" ? one.value.trim() : one.type === "select-one" ? one.value !== "0" : one.checked);
  const answered = (question) => [...question.querySelectorAll("input:not([type=hidden]), select")].some(said);
  const count = () => {
    const questions = [...form.querySelectorAll(".question")];
    const done = questions.filter((question) => { const is = answered(question); question.classList.toggle("is-answered", is); return is; }).length;
    form.querySelector("[data-quiz-count]").textContent = String(done);
    form.querySelector("[data-quiz-bar]").value = done;
  };
  form.addEventListener("input", count);
  count();
});
