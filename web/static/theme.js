// Applies the stored theme and language before the first paint.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const language = localStorage.getItem("language") ?? navigator.language;
  document.documentElement.lang = language.startsWith("fr") ? "fr" : "en";
} catch {
  // Storage may be forbidden; the system's theme and English are fine.
}
