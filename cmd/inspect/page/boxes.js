// Makes the boxes that the map shows: the tree of an image, or one tree for each layer or package.

// A box has a name, the index of its path (-1: none), sizes of all files in it, and boxes in it.
function newBox(name, node, parent) {
  const box = {name, node, parent, boxes: null, unpacked: 0, stored: 0, files: 0, hits: 0};
  if (parent !== null) (parent.boxes = parent.boxes ?? []).push(box);
  return box;
}

function packageName(one) {
  return one ? `${one.name} ${one.version}` : "no package";
}

// Which group a path is in, and what the group is called.
function groupsOf({report, tree}, grouping) {
  if (grouping === "layer") {
    return {of: (i) => tree.layers[i],
            name: (layer) => `layer ${layer + 1}${layerNote(report.layers[layer])}`};
  }
  return {of: (i) => tree.owners[i], name: (owner) => packageName(report.packages[owner])};
}

function layerNote(layer) {
  const names = layer.packages.slice(0, 3).map((one) => one.name);
  return names.length > 0 ? `: ${names.join(", ")}` : "";
}

// Bytes of a layer as it is stored for a byte of its files.
function storedShares(report) {
  return report.layers.map((layer) => layer.contentBytes > 0 ? layer.size / layer.contentBytes : 0);
}

// What the layers hide is no path of the image, but is stored.
function addHidden(report, shares, groups) {
  report.layers.forEach((layer, i) => {
    if (layer.hiddenBytes === 0 || !groups.has(i)) return;
    const box = newBox("(hidden by later entries)", -1, groups.get(i));
    box.unpacked = layer.hiddenBytes;
    box.stored = layer.hiddenBytes * shares[i];
  });
}

// Returns {root, all}; `all` has each box after the one that it is in.
function makeBoxes(data, grouping) {
  const {report, tree} = data;
  const shares = storedShares(report);
  const root = newBox("image", -1, null);
  const all = [root];
  const folders = new Map();  // of each group: boxes of its folders, by index
  const groups = new Map();
  const chosen = grouping === "directory" ? null : groupsOf(data, grouping);
  const keep = (box) => {
    all.push(box);
    return box;
  };
  const groupBox = (group) => {
    if (chosen === null) return root;
    if (!groups.has(group)) groups.set(group, keep(newBox(chosen.name(group), -1, root)));
    return groups.get(group);
  };
  const folderBox = (group, i) => {
    if (i < 0) return groupBox(group);
    if (!folders.has(group)) folders.set(group, new Map());
    const known = folders.get(group);
    if (!known.has(i)) {
      const parent = folderBox(group, tree.parents[i]);
      known.set(i, keep(newBox(tree.names[i], i, parent)));
    }
    return known.get(i);
  };
  for (let i = 0; i < tree.names.length; ++i) {
    const group = chosen === null ? 0 : chosen.of(i);
    if (tree.kinds[i] === "d") {
      if (chosen !== null) continue;
      const box = folderBox(group, i);
      box.boxes = box.boxes ?? [];
      continue;
    }
    const box = keep(newBox(tree.names[i], i, folderBox(group, tree.parents[i])));
    if (tree.kinds[i] !== "-") continue;  // links have no bytes of their own
    box.files = 1;
    box.unpacked = tree.sizes[i];
    box.stored = tree.sizes[i] * shares[tree.layers[i]];
  }
  if (grouping === "layer") addHidden(report, shares, groups);
  addUp(root, all);
  return {root, all};
}

function addUp(root, all) {
  for (let k = all.length - 1; k > 0; --k) {
    const {parent, unpacked, stored, files} = all[k];
    parent.unpacked += unpacked;
    parent.stored += stored;
    parent.files += files;
  }
  // What addHidden() made is not in `all`, because it can be neither found nor opened.
  const hidden = (root.boxes ?? []).flatMap((group) => (group.boxes ?? []).filter(
      (box) => box.node < 0));
  for (const box of hidden) {
    for (let at = box.parent; at !== null; at = at.parent) {
      at.unpacked += box.unpacked;
      at.stored += box.stored;
    }
  }
}

// The boxes in a box, the largest first.
function sortedBoxes(box, measure) {
  if (box.sorted !== measure) {
    box.boxes.sort((a, b) => b[measure] - a[measure] || (a.name < b.name ? -1 : 1));
    box.sorted = measure;
  }
  return box.boxes;
}

// The only box with bytes in a folder, if that is a folder, too; else null. The map skips such
// steps.
function onlyFolder(box, measure) {
  if (box.boxes === null || box.boxes.length === 0) return null;
  const [first, second] = sortedBoxes(box, measure);
  const isOnly = first.boxes !== null && first[measure] > 0 && !(second?.[measure] > 0);
  return isOnly ? first : null;
}

function boxPath(box, tree) {
  if (box.node < 0) return box.name;
  return `/${pathOf(tree, box.node)}`;
}
