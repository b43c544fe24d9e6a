// Draws the map of one box with d3-hierarchy, and moves in it by mouse and keyboard.

const kLeastArea = 160;      // pixels of a cell; smaller ones are drawn as one
const kFolderArea = 4000;    // pixels of a folder whose content is drawn
const kMostLevels = 8;
const kHues = 8;

// What is drawn of a box: {box, name, value, cells, rest}. `scale` is pixels for a byte.
function cellsOf(outer, measure, scale, level) {
  let box = outer;
  let name = outer.name;
  for (let inner; box.node >= 0 && level > 0 && (inner = onlyFolder(box, measure)) !== null; box = inner) {
    name += `/${inner.name}`;
  }
  const cell = {box, name, value: box[measure], cells: null, rest: 0};
  const isOpen = level === 0 || (level < kMostLevels && cell.value * scale >= kFolderArea);
  if (box.boxes === null || !isOpen) return cell;
  const shown = sortedBoxes(box, measure).filter((one) => one[measure] * scale >= kLeastArea);
  const small = box.boxes.filter((one) => one[measure] * scale < kLeastArea && one[measure] > 0);
  cell.cells = shown.map((one) => cellsOf(one, measure, scale, level + 1));
  const value = small.reduce((sum, one) => sum + one[measure], 0);
  if (value > 0) {
    const rest = small.length;
    cell.cells.push({box, name: `${rest} smaller`, value, cells: null, rest});
  }
  return cell.cells.length > 0 ? cell : {...cell, cells: null};
}

function layOut(box, measure, width, height) {
  const scale = width * height / Math.max(box[measure], 1);
  const root = d3.hierarchy(cellsOf(box, measure, scale, 0), (cell) => cell.cells)
      .sum((cell) => cell.cells === null ? cell.value : 0)
      .sort((a, b) => b.value - a.value);
  d3.treemap().size([width, height]).paddingOuter(2).paddingTop((d) => d.depth === 0 ? 2 : 17)
      .paddingInner(1).round(true)(root);
  return root.descendants().slice(1).filter((d) => d.x1 > d.x0 && d.y1 > d.y0);
}

class TreeMap {
  // `open` is called with the box that the user opens, `select` with the one that has the focus.
  constructor(element, {open, select, label}) {
    this.element = element;
    this.open = open;
    this.select = select;
    this.label = label;
    this.cells = [];  // {box, rest, x, y, width, height, button}
    element.addEventListener("keydown", (event) => this.onKey(event));
  }

  draw(box, measure) {
    const hadFocus = this.element.contains(document.activeElement);
    this.box = box;
    this.measure = measure;
    const width = this.element.clientWidth;
    const laid = layOut(box, measure, width, this.element.clientHeight);
    this.cells = laid.map((d) => this.makeCell(d));
    this.element.replaceChildren(...this.cells.map((cell) => cell.button));
    if (this.cells.length > 0) this.cells[0].button.tabIndex = 0;
    if (hadFocus) (this.cells.length > 0 ? this.cells[0].button : this.element).focus();
  }

  makeCell(d) {
    const {box, name, rest} = d.data;
    const top = d.ancestors()[d.depth - 1];
    const isFolder = box.boxes !== null && rest === 0;
    const cell = {box, rest, x: d.x0, y: d.y0, width: d.x1 - d.x0, height: d.y1 - d.y0};
    const button = document.createElement("button");
    const hue = top.parent.children.indexOf(top) % kHues;
    button.type = "button";
    const kind = rest > 0 ? "rest" : !isFolder ? "file" : d.children ? "folder" : "folder closed";
    button.className = `cell ${kind} hue${hue}`;
    button.tabIndex = -1;
    button.setAttribute("aria-label", rest > 0 ? `${name} in ${box.name}` :
        this.label(box, name));
    button.title = button.getAttribute("aria-label");
    button.style.left = `${cell.x}px`;
    button.style.top = `${cell.y}px`;
    button.style.width = `${cell.width}px`;
    button.style.height = `${cell.height}px`;
    if (cell.width > 34 && cell.height > 15) {
      const text = document.createElement("span");
      text.textContent = name;
      button.append(text);
    }
    button.addEventListener("focus", () => this.onFocus(cell));
    button.addEventListener("click", () => {
      if (isFolder || (rest > 0 && box !== this.box)) this.open(box);
    });
    cell.button = button;
    return cell;
  }

  onFocus(cell) {
    for (const one of this.cells) one.button.tabIndex = one === cell ? 0 : -1;
    if (cell.rest === 0) this.select(cell.box);
  }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" || event.key === "Backspace") {
      this.goUp();
    } else if (event.key === "Home" || event.key === "End") {
      this.cells[event.key === "Home" ? 0 : this.cells.length - 1]?.button.focus();
    } else if (event.key.startsWith("Arrow")) {
      this.move(event.key.slice(5));
    } else {
      return;
    }
    event.preventDefault();
  }

  goUp() {
    if (this.box.parent === null) return;
    let to = this.box.parent;
    while (to.parent !== null && onlyFolder(to, this.measure) !== null) to = to.parent;
    this.open(to, this.box);
  }

  // To the nearest cell in a direction: of the corners where names are, across counts double.
  move(direction) {
    const from = this.cells.find((cell) => cell.button === document.activeElement);
    if (!from) return void this.cells[0]?.button.focus();
    const isAcross = direction === "Left" || direction === "Right";
    const sign = direction === "Right" || direction === "Down" ? 1 : -1;
    let best = null;
    let least = Infinity;
    for (const cell of this.cells) {
      const dx = cell.x - from.x;
      const dy = cell.y - from.y;
      const ahead = sign * (isAcross ? dx : dy);
      const distance = ahead + 2 * Math.abs(isAcross ? dy : dx);
      if (ahead <= 0 || distance >= least) continue;
      best = cell;
      least = distance;
    }
    best?.button.focus();
  }

  // Gives the focus to the cell of a box; false if none is drawn for it.
  focusOn(box) {
    const cell = this.cells.find((one) => one.box === box && one.rest === 0);
    cell?.button.focus();
    return cell !== undefined;
  }

  // Shows which cells have something that a search found.
  mark(isSearched) {
    this.element.classList.toggle("searched", isSearched);
    for (const {button, box} of this.cells) button.classList.toggle("hit", box.hits > 0);
  }
}
