// Set an iframe with a page to each width, the widest first, and return what is wrong there, one text each.
async ([address, widths]) => {
  const frame = document.createElement("iframe");
  Object.assign(frame.style, {border: "0", height: "800px", width: widths[0] + "px"});
  const loaded = new Promise((resolve) => { frame.onload = resolve; });
  frame.src = address;
  document.documentElement.append(frame);
  await loaded;
  const view = frame.contentWindow, page = frame.contentDocument, root = page.documentElement;
  if (page.querySelector("script[data-scripts]")) {
    view.dispatchEvent(new view.Event("pointermove"));
    while (!root.matches(".live")) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // The pages that compare show what is chosen once their data is there.
  if (page.querySelector("script[src*=compare-page], script[src*=small-maps]")) {
    while (!root.matches(".live")) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const texts = [];
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && !parent.closest("script, style, svg, select, textarea, .unseen, .skip")) texts.push(walker.currentNode);
  }
  const blocks = new Map();
  for (const text of texts) {
    let block = text.parentElement;
    while (/^(inline|contents|none)/.test(view.getComputedStyle(block).display) && block !== page.body) block = block.parentElement;
    blocks.set(block, [...(blocks.get(block) || []), text]);
  }
  const clipped = [...page.body.querySelectorAll("*")].filter((one) => !one.closest("svg, .unseen, .ground, .frame, .strip-list, textarea, select, .scrolled, .top nav, #controls"));
  const range = page.createRange();
  const problems = [];
  let before = Infinity;
  for (const width of widths) {
    frame.style.width = width + "px";
    const note = (what, element, more) => problems.push(
      `${width} px: ${what} <${element.tagName.toLowerCase()} class="${element.className}"> ${more}`);
    if (root.scrollWidth > width) note("scrolls sideways", root, root.scrollWidth);
    const height = page.body.getBoundingClientRect().height;
    if (height > 2 * before) note("is over twice as tall as at 20 px more", root, `${before} → ${height}`);
    before = height;
    for (const [block, all] of blocks) {
      const nodes = all.filter((node) => node.parentElement.checkVisibility());
      if (!nodes.length) continue;
      const style = view.getComputedStyle(block), em = parseFloat(style.fontSize), box = block.getBoundingClientRect();
      const words = nodes.map((node) => node.data.trim()).join(" ");
      const room = block.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      if (words.length > 8 && room < 4 * em) note("has a column under 8 characters", block, `${room.toFixed()} px: ${words.slice(0, 40)}`);
      for (const node of block.scrollWidth > block.clientWidth + 1 ? nodes : []) {
        range.selectNodeContents(node);
        for (const line of range.getClientRects()) {
          if (line.width && (line.right > box.right + 1.5 || line.left < box.left - 1.5)) {
            note("has text beyond its box", block, words.slice(0, 40));
            break;
          }
        }
      }
    }
    for (const figures of page.querySelectorAll(".figures")) {
      const [first, ...others] = [...figures.children].map((one) => [one, one.getBoundingClientRect(), view.getComputedStyle(one)]);
      for (const [one, box, style] of others) {
        const lines = [parseFloat(style.borderInlineStartWidth) > 0, parseFloat(style.borderTopWidth) > 0];
        const edge = style.direction === "rtl" ? "right" : "left";
        const beside = [Math.abs(box[edge] - first[1][edge]) > 2, box.top > first[1].top + 2];
        if (String(lines) !== String(beside)) note("has lines that are not between the figures", one, `${lines} instead of ${beside}`);
      }
    }
    for (const one of clipped) {
      if (one.scrollWidth > one.clientWidth + 1 && one.clientWidth && /hidden|clip|auto|scroll/.test(view.getComputedStyle(one).overflowX)) {
        note("is cut or scrolls", one, `${one.scrollWidth} > ${one.clientWidth}`);
      }
    }
  }
  frame.remove();
  return problems;
}
