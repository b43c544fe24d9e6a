// Decompresses a file with node's zlib: node gunzip.js INPUT OUTPUT
const fs = require('fs');
const zlib = require('zlib');

const [input, output] = process.argv.slice(2);
fs.createReadStream(input)
  .pipe(zlib.createGunzip())
  .pipe(fs.createWriteStream(output));
