// WebAuthn for sign-in, signing and registering a passkey. Options come and answers go as JSON with base64url.
//   <button data-passkey="get|create" data-options-url="/..." data-target="#hidden-input" [data-submit-form]>
// The options are POSTed for (CSRF header), or read from data-options="#script-id". The answer is written into the
// hidden input as JSON; with data-submit-form its form is then sent. Sends `setsquare:passkey` on success.
import { make, say, send } from "./page.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "=")), (char) => char.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const ids = (list) => list?.map((item) => ({ ...item, id: bytes(item.id) }));

/** JSON options of the server as the browser wants them. */
export function readOptions(json) {
  const options = { ...(json.publicKey ?? json) };
  options.challenge = bytes(options.challenge);
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) options.allowCredentials = ids(options.allowCredentials);
  if (options.excludeCredentials) options.excludeCredentials = ids(options.excludeCredentials);
  return options;
}

/** The browser's credential as JSON for the server. */
export function writeCredential(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = text(response.attestationObject);
    answer.transports = response.getTransports?.() ?? [];
  } else {
    answer.authenticatorData = text(response.authenticatorData);
    answer.signature = text(response.signature);
    if (response.userHandle) answer.userHandle = text(response.userHandle);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, authenticatorAttachment: credential.authenticatorAttachment ?? null, clientExtensionResults: credential.getClientExtensionResults(), response: answer };
}

async function optionsOf(button) {
  const { options, optionsUrl } = button.dataset;
  if (options) return JSON.parse(document.querySelector(options).textContent);
  const answer = await send(optionsUrl, { method: "POST", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function complain(button, sentence) {
  button.parentElement.querySelector(".passkey-error")?.remove();
  if (!sentence) return;
  button.after(make("p", { class: "field-error passkey-error", role: "alert" }, sentence));
}

/** Makes one button work; called by the page's script for each `[data-passkey]`. */
export function passkey(button) {
  if (!globalThis.PublicKeyCredential) {
    button.setAttribute("aria-disabled", "true");
    button.title = say("passkey_unsupported");
    return;
  }
  button.addEventListener("click", async () => {
    complain(button, "");
    button.disabled = true;
    try {
      const publicKey = readOptions(await optionsOf(button));
      const credential = await navigator.credentials[button.dataset.passkey === "create" ? "create" : "get"]({ publicKey });
      const target = document.querySelector(button.dataset.target);
      target.value = JSON.stringify(writeCredential(credential));
      button.dispatchEvent(new CustomEvent("setsquare:passkey", { bubbles: true }));
      if ("submitForm" in button.dataset) target.form.requestSubmit();
    } catch (error) {
      complain(button, say(error.name === "NotAllowedError" || error.name === "AbortError" ? "passkey_cancelled" : "passkey_failed"));
    } finally { button.disabled = false; }
  });
}
