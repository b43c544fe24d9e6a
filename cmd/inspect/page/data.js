// Unpacks what `veneer inspect --html` put into the page (cmd/inspect/page_data.h).

async function readData() {
  const packed = atob(document.getElementById("data").textContent);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; ++i) bytes[i] = packed.charCodeAt(i);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}

// Adds to the columns of the tree, of each path: `parents`, the index of its folder, or -1;
// `after`, the index behind all that is below it; `targets`, of a link the index that it leads to.
// `texts` has the texts of links by index.
function indexTree(tree) {
  const count = tree.names.length;
  tree.parents = new Int32Array(count);
  tree.after = new Int32Array(count).fill(count);
  tree.targets = new Int32Array(count).fill(-1);
  tree.texts = new Map();
  const open = [];  // the folders that the next path may be in
  let links = 0;
  for (let i = 0; i < count; ++i) {
    while (open.length > tree.depths[i]) tree.after[open.pop()] = i;
    tree.parents[i] = open.length > 0 ? open[open.length - 1] : -1;
    open.push(i);
    if (tree.kinds[i] !== "l" && tree.kinds[i] !== "h") continue;
    tree.targets[i] = tree.ends[links];
    tree.texts.set(i, tree.links[links++]);
  }
}

function pathOf(tree, i) {
  const parts = [];
  for (let at = i; at >= 0; at = tree.parents[at]) parts.push(tree.names[at]);
  return parts.reverse().join("/");
}

// The index of a path as pathOf() writes it, or -1.
function findPath(tree, path) {
  let at = -1;
  let next = 0;
  for (const name of path.split("/")) {
    const end = at < 0 ? tree.names.length : tree.after[at];
    while (next < end && tree.names[next] !== name) next = tree.after[next];
    if (next >= end) return -1;
    at = next++;
  }
  return at;
}

// "12.3 MB", as veneer writes it.
function sizeText(bytes) {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

function counted(number, noun, plural = `${noun}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;
}
