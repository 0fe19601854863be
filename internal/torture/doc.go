// Package torture holds no code of the product. Its tests do to a running Relier
// what a bad year does to a data folder: processes killed, power lost, disks
// that fail, fill up or flip a bit, backups taken while people work, uploads cut
// short. An oracle remembers what the server acknowledged and demands it back.
//
// Words used here. A write is acknowledged when its answer of 2xx or 303 arrived.
// A write is lost when it was acknowledged and is not there afterwards, wrong
// when it is there with other bytes or fields, half when a part of it is. An
// image is what a power cut leaves on the disk. A mutant is the product with one
// seeded fault: the suites must catch it, or they prove nothing.
//
// In a plain "go test" each suite runs a few rounds; RELIER_TORTURE=long, which
// "make torture" sets, runs them all. RELIER_TORTURE_SEED repeats a run that
// failed, RELIER_TORTURE_ROUNDS sets the rounds of the suite that -run picks.
package torture
