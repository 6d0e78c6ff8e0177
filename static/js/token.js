// Sends each form with the token that is valid now: signing in makes it new, in other tabs as well. Without this script
// the page that refuses the old one keeps what was typed, and sends it again.
document.addEventListener("formdata", ({ formData }) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token && formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", token);
});
