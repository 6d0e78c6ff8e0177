// Moves the focus to what the answer wants read first: the summary of a form's problems. Without this script the
// summary is still the first thing of the page, and its role makes it announced.
document.querySelector("[data-focus]")?.focus();
