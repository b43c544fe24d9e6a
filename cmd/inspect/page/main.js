// Holds what the user chose, and keeps all parts in step with it.

const kFound = 100;  // results that are listed

class Page {
  constructor(data) {
    this.data = data;
    this.grouping = "directory";
    this.measure = "unpacked";
    this.made = new Map();  // boxes of each grouping
    this.map = new TreeMap(document.getElementById("map"), {
      open: (box, from) => this.open(box, from),
      select: (box) => this.select(box),
      label: (box, name) => this.labelOf(box, name)});
    this.box = this.boxes().root;
    this.listen();
  }

  boxes() {
    if (!this.made.has(this.grouping)) {
      this.made.set(this.grouping, makeBoxes(this.data, this.grouping));
    }
    return this.made.get(this.grouping);
  }

  labelOf(box, name) {
    const all = this.boxes().root[this.measure];
    const share = all > 0 ? (100 * box[this.measure] / all).toFixed(1) : 0;
    const kind = box.boxes === null ? "" : `, ${counted(box.files, "file")}`;
    return `${name}, ${sizeText(box[this.measure])} ${this.measure}, ${share} %${kind}`;
  }

  select(box) {
    const {tree, report} = this.data;
    const words = [boxPath(box, tree), `${sizeText(box.unpacked)} unpacked`,
      `${sizeText(box.stored)} stored`];
    if (box.boxes !== null) words.push(counted(box.files, "file"));
    if (box.node >= 0 && box.boxes === null) {
      words.push(`layer ${tree.layers[box.node] + 1}`);
      const owner = tree.owners[box.node];
      if (owner >= 0) words.push(packageName(report.packages[owner]));
      if (tree.texts.get(box.node)) words.push(`symlink to ${tree.texts.get(box.node)}`);
    }
    document.getElementById("selected").textContent = words.join(", ");
  }

  // Shows a box in the map; `from`, if it is in there, gets the focus.
  open(box, from) {
    this.box = box;
    this.draw();
    this.select(box);
    if (from && this.map.focusOn(from)) this.select(from);
  }

  draw() {
    this.map.draw(this.box, this.measure);
    this.map.mark(this.asked() !== "");
    const trail = [];
    for (let at = this.box; at !== null; at = at.parent) trail.unshift(at);
    document.getElementById("trail").replaceChildren(element("ol", {}, ...trail.map((box) =>
      element("li", {}, box === this.box ? element("span", {"aria-current": "location"}, box.name) :
        linkButton(box.name, () => this.open(box))))));
    document.getElementById("content").replaceChildren(this.contentTable());
  }

  contentTable() {
    const rows = this.box.boxes === null ? [] : sortedBoxes(this.box, this.measure);
    return makeTable(`${boxPath(this.box, this.data.tree)}: ${sizeText(this.box.unpacked)} ` +
        `unpacked, ${sizeText(this.box.stored)} stored, ${counted(this.box.files, "file")}`,
        ["name", "#unpacked", "#stored", "#files", "link"], rows.map((box) => () => [
          box.boxes === null ? box.name : linkButton(`${box.name}/`, () => this.open(box)),
          sizeText(box.unpacked), sizeText(box.stored), box.files.toLocaleString("en"),
          this.data.tree.texts.get(box.node) ?? ""]));
  }

  asked() {
    return document.getElementById("search").value.trim();
  }

  search() {
    const found = findBoxes(this.boxes(), this.data.tree, this.asked());
    const list = document.getElementById("found");
    list.hidden = this.asked() === "";
    const shown = found.slice(0, kFound).map((box) => element("li", {}, linkButton(
        boxPath(box, this.data.tree), () => this.show(box)), ` ${sizeText(box[this.measure])}`));
    list.replaceChildren(
        element("p", {role: "status"}, `${counted(found.length, "match", "matches")}` +
            (found.length > kFound ? `, the first ${kFound} of them:` : "")),
        element("ul", {}, ...shown));
    this.map.mark(this.asked() !== "");
  }

  // Opens the folder of a box, and selects the box there.
  show(box) {
    this.open(box.parent ?? box);
    if (!this.map.focusOn(box)) document.getElementById("map").focus();
    this.select(box);
    document.getElementById("map-title").scrollIntoView();
  }

  choose(grouping) {
    this.grouping = grouping;
    document.querySelector(`#grouping [value="${grouping}"]`).checked = true;
    this.box = this.boxes().root;
    this.search();
    this.draw();
  }

  toNode(node) {
    this.choose("directory");
    const box = this.boxes().all.find((one) => one.node === node);
    if (box) this.show(box);
  }

  toPath(path) {
    this.toNode(findPath(this.data.tree, path));
  }

  // `index` is a layer's, or a package's.
  toGroup(grouping, index) {
    this.choose(grouping);
    const name = groupsOf(this.data, grouping).name(index);
    const box = (this.box.boxes ?? []).find((one) => one.name === name);
    if (box) this.open(box);
    document.getElementById("map-title").scrollIntoView();
  }

  listen() {
    const search = document.getElementById("search");
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.search(), 120);
    });
    document.getElementById("grouping").addEventListener("change",
        (event) => this.choose(event.target.value));
    document.getElementById("measure").addEventListener("change", (event) => {
      this.measure = event.target.value;
      this.draw();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      search.focus();
    });
    let width = window.innerWidth;
    window.addEventListener("resize", () => {
      if (window.innerWidth === width) return;
      width = window.innerWidth;
      this.draw();
    });
  }
}

async function main() {
  const data = await readData();
  const {report, tree} = data;
  indexTree(tree);
  document.title = `${report.image} - veneer inspect`;
  document.getElementById("title").textContent = report.image;
  const page = new Page(data);
  page.draw();
  addTables(data, page);
  document.getElementById("summary").textContent = `${sizeText(report.size)} stored, ` +
      `${sizeText(report.unpacked)} unpacked, ${counted(report.layers.length, "layer")}, ` +
      `${counted(report.packages.length, "package")}, ${counted(report.paths, "path")}`;
  document.documentElement.dataset.ready = "yes";
}

main().catch((error) => {
  document.getElementById("summary").textContent = `This page cannot be shown: ${error.message}`;
  throw error;
});
