// What is measured on a page, in the page. `given`: the selectors of what is tapped or filled there.
(given) => {
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const union = (boxes) => {
    const left = Math.min(...boxes.map((box) => box.left)), right = Math.max(...boxes.map((box) => box.right));
    const top = Math.min(...boxes.map((box) => box.top)), bottom = Math.max(...boxes.map((box) => box.bottom));
    return { left, right, top, bottom, width: right - left, height: bottom - top };
  };
  // A radio's label belongs to what can be hit.
  const target = (element) => {
    const parts = [element, ...(element.labels || [])].filter(shown).map((part) => part.getBoundingClientRect());
    return parts.length ? union(parts) : element.getBoundingClientRect();
  };
  const size = (box) => [Math.round(box.width * 10) / 10, Math.round(box.height * 10) / 10];
  const least = (boxes) => boxes.reduce((least, box) => (Math.min(box.width, box.height) < Math.min(least.width, least.height) ? box : least));

  const used = given.map((one) => document.querySelector(one)).filter(Boolean);
  const boxes = used.map(target);
  const bottom = Math.max(...boxes.map((box) => box.bottom)) + scrollY;
  let words = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement, data } = texts.currentNode;
    if (!data.trim() || parentElement.closest("script, style, template, noscript") || !shown(parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && parentElement.getBoundingClientRect().width > 1 && box.top + scrollY < bottom) words += data.trim().split(/\s+/).length;
  }
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const all = [...document.querySelectorAll(controls)].filter(shown).map(target).filter((box) => box.width > 2 && box.height > 2);
  return { words, screens: bottom / innerHeight, smallest: all.length ? size(least(all)) : null, answer: boxes.length ? size(least(boxes)) : null };
};
