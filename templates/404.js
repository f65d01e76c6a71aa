try { const theme = localStorage.getItem("apivideo-geo.theme"); if (/^(light|dark)$/.test(theme)) document.documentElement.dataset.theme = theme; } catch {}
