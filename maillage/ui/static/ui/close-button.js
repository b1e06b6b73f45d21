/** <close-button label="…"> closes the message it stands in; without JavaScript there is no button to press. */
class CloseButton extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "close";
    button.setAttribute("aria-label", this.getAttribute("label"));
    button.textContent = "×";
    button.addEventListener("click", () => {
      this.closest(".notice").remove();
      document.getElementById("contenu").focus();
    });
    this.append(button);
  }
}
customElements.define("close-button", CloseButton);
