// Checks a ledger's record with Go's own implementation of signed notes and transparency logs
// (golang.org/x/mod/sumdb), of which no line is ours.
//
//	go_verifier URL TOKEN NAME+ID+KEY
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type ledger struct{ url, token string }

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "NOT verified: %s: %v\n", what, err)
		os.Exit(6)
	}
}

func (l ledger) get(path, accept string) []byte {
	request, err := http.NewRequest("GET", l.url+"/v1/"+path, nil)
	check(err, path)
	request.Header.Set("Authorization", "Bearer "+l.token)
	request.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(request)
	check(err, path)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(err, path)
	if answer.StatusCode != 200 {
		check(fmt.Errorf("status %d: %s", answer.StatusCode, body), path)
	}
	return body
}

// What tlog.TileReader asks for: Go names the height in a tile's path, C2SP does not.
func (l ledger) Height() int                                { return height }
func (l ledger) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (l ledger) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		all = append(all, l.get("log/"+path, "*/*"))
	}
	return all, nil
}

func treeOf(signed []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err, "the checkpoint's signature")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "the checkpoint's size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "the checkpoint's root")
	if lines[0] != verifier.Name() {
		check(fmt.Errorf("it is of %q", lines[0]), "the checkpoint's origin")
	}
	return tlog.Tree{N: size, Hash: root}
}

// The records of a tile of entries, each after its length in two bytes.
func (l ledger) entries(tile int64, width int) [][]byte {
	path := strings.Replace(tlog.Tile{H: height, L: -1, N: tile, W: width}.Path(),
		"tile/8/data/", "tile/entries/", 1)
	rest := l.get("log/"+path, "*/*")
	var all [][]byte
	for len(rest) > 0 {
		length := int(rest[0])<<8 | int(rest[1])
		all = append(all, rest[2:2+length])
		rest = rest[2+length:]
	}
	if len(all) != width {
		check(fmt.Errorf("%d records instead of %d", len(all), width), path)
	}
	return all
}

func (l ledger) checkRecords(tree tlog.Tree) []tlog.Hash {
	reader := tlog.TileHashReader(tree, l)
	var leaves []tlog.Hash
	for first := int64(0); first < tree.N; first += 1 << height {
		width := int64(1 << height)
		if tree.N-first < width {
			width = tree.N - first
		}
		var indexes []int64
		for i := int64(0); i < width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+i))
		}
		hashes, err := reader.ReadHashes(indexes)
		check(err, "the tiles")
		for i, record := range l.entries(first>>height, int(width)) {
			if tlog.RecordHash(record) != hashes[i] {
				check(fmt.Errorf("position %d", first+int64(i)), "a record's hash")
			}
			leaves = append(leaves, hashes[i])
		}
	}
	return leaves
}

// A receipt of the form c2sp.org/tlog-proof@v1.
func (l ledger) checkReceipt(position int64, leaf tlog.Hash, verifier note.Verifier) {
	text := l.get(fmt.Sprintf("events/%d/proof", position), "text/plain")
	parts := bytes.SplitN(text, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", position) {
		check(fmt.Errorf("%q", lines[:2]), "a receipt's head")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		check(err, "a receipt's hash")
		proof = append(proof, hash)
	}
	tree := treeOf(parts[1], verifier)
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, position, leaf),
		fmt.Sprintf("the receipt of position %d", position))
}

func (l ledger) checkConsistency(from, to int64) {
	var answer struct {
		FromRoot string `json:"from_root"`
		ToRoot   string `json:"to_root"`
		Hashes   []string
	}
	body := l.get(fmt.Sprintf("log/consistency?from=%d&to=%d", from, to), "application/json")
	check(json.Unmarshal(body, &answer), "a consistency proof")
	parsed := func(text string) (hash tlog.Hash) {
		raw, err := hex.DecodeString(text)
		check(err, "a hash")
		hash, err = tlog.ParseHash(base64.StdEncoding.EncodeToString(raw))
		check(err, "a hash")
		return hash
	}
	var proof tlog.TreeProof
	for _, text := range answer.Hashes {
		proof = append(proof, parsed(text))
	}
	check(tlog.CheckTree(proof, to, parsed(answer.ToRoot), from, parsed(answer.FromRoot)),
		fmt.Sprintf("the consistency of %d and %d", from, to))
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "go_verifier URL TOKEN NAME+ID+KEY")
		os.Exit(2)
	}
	log := ledger{os.Args[1], os.Args[2]}
	verifier, err := note.NewVerifier(os.Args[3])
	check(err, "the key")
	tree := treeOf(log.get("log/checkpoint", "text/plain"), verifier)
	leaves := log.checkRecords(tree)
	step := tree.N/40 + 1
	receipts, pairs := 0, 0
	for position := int64(0); position < tree.N; position += step {
		log.checkReceipt(position, leaves[position], verifier)
		receipts++
		for to := position + 1; to <= tree.N; to += 3*step + 1 {
			log.checkConsistency(position+1, to)
			pairs++
		}
	}
	fmt.Printf("verified by Go: %d records, root %s, %d receipts, %d consistency proofs\n",
		tree.N, tree.Hash, receipts, pairs)
}
