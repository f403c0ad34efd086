// tuf-js as a client of our repository.
//   node their_client.js URL KEPT GOT TARGET...
// KEPT has root.json; prints the file of each target, or the error's message and status 1.
const fs = require("fs");
const { Updater } = require("tuf-js");

async function main() {
  const [url, kept, got, ...targets] = process.argv.slice(2);
  const updater = new Updater({
    metadataDir: kept,
    metadataBaseUrl: `${url}/metadata`,
    targetDir: got,
    targetBaseUrl: `${url}/targets`,
    config: { fetchRetries: 0 },
  });
  await updater.refresh();
  for (const name of targets) {
    const info = await updater.getTargetInfo(name);
    if (!info) throw new Error(`${name} is not listed`);
    const file = await updater.downloadTarget(info);
    console.log(JSON.stringify({ file, custom: info.custom, text: fs.readFileSync(file, "utf8") }));
  }
}

main().catch((error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
});
