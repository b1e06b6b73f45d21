/**
 * <plan-totals> around the two halves of a financing plan keeps their totals and the balance as one types: the outputs
 * [data-total="besoins"|"ressources"] and [data-balance] inside. The server reads the amounts again and decides.
 */
const spaces = /[\s\u00a0\u202f]|€|euros?$/gi;
const money = new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR", maximumFractionDigits: 2, trailingZeroDisplay: "stripIfInteger" });

/** The amount in cents of what was typed; 0 for what is not one. */
function cents(text) {
  const plain = text.replace(spaces, "").replace(/(?<=\d)\.(?=\d{3}(\D|$))/g, "").replace(",", ".");
  return /^\d*\.?\d+\.?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
}

class PlanTotals extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this);
    this.refresh();
  }
  disconnectedCallback() { this.removeEventListener("input", this); }
  handleEvent() { this.refresh(); }
  refresh() {
    const totals = {};
    for (const output of this.querySelectorAll("[data-total]")) {
      const inputs = output.closest("section").querySelectorAll("input.amount");
      const sum = [...inputs].reduce((total, input) => total + cents(input.value), 0);
      totals[output.dataset.total] = sum;
      output.textContent = money.format(sum / 100);
    }
    const gap = totals.ressources - totals.besoins;
    const balance = this.querySelector("[data-balance]");
    balance.textContent = gap === 0 ? this.dataset.even : `${gap < 0 ? this.dataset.lacking : this.dataset.over} ${money.format(Math.abs(gap) / 100)}`;
    balance.closest("p").hidden = totals.ressources + totals.besoins === 0;
  }
}
customElements.define("plan-totals", PlanTotals);
