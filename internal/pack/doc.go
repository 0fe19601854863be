// Package pack writes and verifies audit packs. It never touches the database:
// it turns values into files, and files into a verdict.
//
// A pack is a BagIt 1.0 bag (RFC 8493) in one ZIP. Its payload lies under data/
// and is listed with digests in manifest-sha256.txt and manifest-sha512.txt; the
// tag files beside it (pages, README, the manifests themselves) are listed in
// tagmanifest-sha256.txt, whose own SHA-256 therefore names the whole pack.
//
// Writing has two steps. Compose turns contents into documents, which the caller
// stores as blobs, and returns a Layout: every path of the pack with what is
// known of its bytes. Layout.Stream then writes the ZIP, or any range of it, from
// those blobs: nothing is compressed, so sizes, offsets and checksums are known
// beforehand and the same layout always gives the same bytes.
//
// Verify reads a pack, or the folder it was unzipped into, with no network, no
// account and bounded memory, trusts nothing in it, and names each defect.
package pack
