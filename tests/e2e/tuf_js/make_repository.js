// Makes a repository with @tufjs/models: ed25519, RSA-PSS and ECDSA keys, a delegated role.
//   node make_repository.js DIRECTORY
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { canonicalize } = require('@tufjs/canonical-json');
const models = require('@tufjs/models');
const { Delegations } = require('@tufjs/models/dist/delegations');
const { DelegatedRole } = require('@tufjs/models/dist/role');

const directory = process.argv[2];
const expires = new Date(Date.now() + 86400000).toISOString().slice(0, 19) + 'Z';
const common = { version: 1, specVersion: '1.0.34', expires };

function keyOf(kind) {
  const options = { rsa: { modulusLength: 3072 }, ec: { namedCurve: 'P-256' } }[kind];
  const pair = crypto.generateKeyPairSync(kind, options);
  const der = pair.publicKey.export({ type: 'spki', format: 'der' });
  const text = kind === 'ed25519' ? der.subarray(-32).toString('hex')
    : pair.publicKey.export({ type: 'spki', format: 'pem' });
  const [keyType, scheme] = {
    ed25519: ['ed25519', 'ed25519'],
    rsa: ['rsa', 'rsassa-pss-sha256'],
    ec: ['ecdsa', 'ecdsa-sha2-nistp256'],
  }[kind];
  const json = { keytype: keyType, scheme, keyval: { public: text } };
  const keyID = crypto.createHash('sha256').update(canonicalize(json)).digest('hex');
  const key = new models.Key({ keyID, keyType, scheme, keyVal: { public: text } });
  const sign = (bytes) => {
    const how = kind === 'rsa' ? {
      key: pair.privateKey,
      padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
      saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST,
    } : pair.privateKey;
    const sig = crypto.sign(kind === 'ed25519' ? null : 'sha256', bytes, how).toString('hex');
    return new models.Signature({ keyID, sig });
  };
  return { key, sign };
}

function write(name, signed, keys) {
  const metadata = new models.Metadata(signed);
  for (const each of keys) metadata.sign(each.sign);
  fs.writeFileSync(path.join(directory, 'metadata', name), JSON.stringify(metadata.toJSON()));
}

const [ed, rsa, ec] = ['ed25519', 'rsa', 'ec'].map(keyOf);
fs.mkdirSync(path.join(directory, 'metadata'), { recursive: true });
fs.mkdirSync(path.join(directory, 'targets', 'rules'), { recursive: true });

const root = new models.Root({ ...common, consistentSnapshot: true });
for (const each of [ed, rsa]) root.addKey(each.key, 'root');
root.roles.root.threshold = 2;
root.addKey(rsa.key, 'targets');
root.addKey(ec.key, 'snapshot');
root.addKey(ed.key, 'timestamp');
write('1.root.json', root, [ed, rsa]);

const bytes = Buffer.from('rules of theirs\n');
const hash = crypto.createHash('sha256').update(bytes).digest('hex');
fs.writeFileSync(path.join(directory, 'targets', 'rules', hash + '.theirs.json'), bytes);
const rules = new models.Targets(common);
rules.addTarget(new models.TargetFile({
  path: 'rules/theirs.json', length: bytes.length, hashes: { sha256: hash },
  unrecognizedFields: { custom: { text: 'line\n"quoted" \\ \u00e9' } },
}));
write('1.rules.json', rules, [ec]);

const delegations = new Delegations({
  keys: { [ec.key.keyID]: ec.key },
  roles: {
    rules: new DelegatedRole({
      name: 'rules', keyIDs: [ec.key.keyID], threshold: 1, terminating: true, paths: ['rules/*'],
    }),
  },
});
write('1.targets.json', new models.Targets({ ...common, delegations }), [rsa]);
const meta = {
  'targets.json': new models.MetaFile({ version: 1 }),
  'rules.json': new models.MetaFile({ version: 1 }),
};
write('1.snapshot.json', new models.Snapshot({ ...common, meta }), [ec]);
const snapshotMeta = new models.MetaFile({ version: 1 });
write('timestamp.json', new models.Timestamp({ ...common, snapshotMeta }), [ed]);
