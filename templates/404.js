try { const theme = localStorage.getItem("apivideo-geo.theme"); if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme; } catch {}
