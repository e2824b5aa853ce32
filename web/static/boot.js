// Loads the page's module. A separate file because the content policy allows no inline script.
import init from "@web.js@";

init({ module_or_path: "@web.wasm@" }).catch((error) => {
  const message = document.createElement("p");
  message.className = "boot-failure";
  message.setAttribute("role", "alert");
  message.textContent = navigator.language.startsWith("fr")
    ? "La page n’a pas pu démarrer. Rechargez-la ou mettez à jour le navigateur."
    : "The page could not start. Reload it, or update the browser.";
  document.body.append(message);
  throw error;
});
