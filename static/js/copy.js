// Puts a “Copy” button beside each address. Without this script one selects the address and copies it by hand.
const status = document.getElementById("announcements");
const words = document.getElementById("copy-words")?.dataset;

for (const field of words && navigator.clipboard ? document.querySelectorAll("input[data-copy]") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-second";
  button.textContent = words.copy;
  button.setAttribute("aria-describedby", `label-of-${field.id}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = status.textContent = words.copied;
    } catch {
      field.select();
      button.textContent = status.textContent = words.byHand;
    }
  });
  field.after(button);
}
