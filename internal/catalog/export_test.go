package catalog

// Load parses every file anew, past the caches, to see what it costs.
func Load() {
	loadRequirements()
	loadCrosswalk()
	loadProvider()
	loadPolicyGroups()
	loadSplits()
	loadAssurance()
	loadCloudControls()
	document[any]("offering.json")
	document[any]("transition.json")
	document[any]("attributions.json")
}
