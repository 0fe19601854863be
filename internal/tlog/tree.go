// Package tlog is the arithmetic of the activity log: a Merkle tree as in RFC
// 6962 over leaves that say what was done, signed checkpoints of it (C2SP
// tlog-checkpoint), and proofs that a leaf is in it or that it has only grown
// (C2SP tlog-proof). It keeps nothing: package store does.
//
// A leaf is one line of JSON; its hash is a node of level 0. The root is the
// hash over all leaves. A checkpoint is a signed statement of size and root: who
// keeps one elsewhere can tell whether the log was cut or rewritten since.
package tlog

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"relier/internal/domain"
)

// Head is what a log comes to: how many leaves it has and the hash over them.
type Head struct {
	Size int64 // leaves
	Root domain.Digest
}

// Node is one stored hash of the tree; Index is its place in the order in which
// hashes are completed, as tlog.StoredHashIndex counts.
type Node struct {
	Index int64
	Hash  domain.Digest
}

// Edge is a tree of Size leaves cut down to what appending needs: the hashes of
// its largest complete subtrees, from left to right, at most 63 of them.
type Edge struct {
	Size   int64
	Hashes []domain.Digest
}

// ErrDamaged says that hashes do not fit together.
var ErrDamaged = errors.New("the log's hashes do not fit together")

// Append adds a leaf and returns the nodes that it completed, its own first.
func (e *Edge) Append(leaf []byte) ([]Node, error) {
	return e.AppendHash(LeafHash(leaf))
}

// AppendHash is Append for a leaf of which only the hash is known.
func (e *Edge) AppendHash(leaf domain.Digest) ([]Node, error) {
	hashes, err := tlog.StoredHashesForRecordHash(e.Size, tlog.Hash(leaf), e)
	if err != nil {
		return nil, fmt.Errorf("append to the log: %w", err)
	}
	first := FirstNode(e.Size)
	nodes := make([]Node, len(hashes))
	for i, h := range hashes {
		nodes[i] = Node{first + int64(i), domain.Digest(h)}
	}
	merged := len(hashes) - 1 // each completed node swallows a subtree to its left
	e.Hashes = append(e.Hashes[:len(e.Hashes)-merged:len(e.Hashes)-merged], nodes[merged].Hash)
	e.Size++
	return nodes, nil
}

// Head folds the edge into the root.
func (e *Edge) Head() (Head, error) {
	if len(e.Hashes) != bits.OnesCount64(uint64(e.Size)) {
		return Head{}, ErrDamaged
	}
	root, err := tlog.TreeHash(e.Size, e)
	return Head{e.Size, domain.Digest(root)}, err
}

// ReadHashes answers for the nodes of the edge; it makes Edge a tlog.HashReader.
func (e *Edge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	if len(e.Hashes) != bits.OnesCount64(uint64(e.Size)) {
		return nil, ErrDamaged
	}
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		place := bits.OnesCount64(uint64(e.Size) >> (level + 1)) // larger subtrees stand before it
		if place >= len(e.Hashes) || n != (e.Size>>level)-1 || uint64(e.Size)>>level&1 == 0 {
			return nil, fmt.Errorf("%w: node %d of level %d is not at the edge", ErrDamaged, n, level)
		}
		out[i] = tlog.Hash(e.Hashes[place])
	}
	return out, nil
}

// HashReader reads stored nodes by index, in the order asked.
type HashReader func(indexes []int64) ([]domain.Digest, error)

// ReadHashes makes a HashReader one of package tlog's.
func (r HashReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found, err := r(indexes)
	if err != nil {
		return nil, err
	}
	if len(found) != len(indexes) {
		return nil, ErrDamaged
	}
	out := make([]tlog.Hash, len(found))
	for i, d := range found {
		out[i] = tlog.Hash(d)
	}
	return out, nil
}

// Root is the root of the first size leaves, from stored nodes.
func Root(size int64, r HashReader) (domain.Digest, error) {
	h, err := tlog.TreeHash(size, r)
	return domain.Digest(h), err
}

// FirstNode is the index of the node that a leaf itself is: the nodes that it
// completed follow, and then the next leaf's.
func FirstNode(leaf int64) int64 { return tlog.StoredHashIndex(0, leaf) }

// LeafHash is the node of level 0 over a leaf.
func LeafHash(leaf []byte) domain.Digest { return domain.Digest(tlog.RecordHash(leaf)) }
