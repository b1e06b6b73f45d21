/** Show `text` at the foot of the page until it is closed; `level` is info, success, warning or error. */
export function toast(text, level = "info") {
  let stack = document.querySelector(".toasts");
  if (!stack) {
    stack = document.createElement("div");
    stack.className = "toasts";
    stack.setAttribute("role", "status");
    document.body.append(stack);
  }
  const notice = document.createElement("div");
  notice.className = `notice notice-${level}`;
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.setAttribute("aria-label", "Fermer ce message");
  close.textContent = "×";
  close.addEventListener("click", () => notice.remove());
  notice.append(words, close);
  stack.replaceChildren(...[...stack.children].slice(-2), notice);
  return notice;
}
