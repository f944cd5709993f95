package seal

// Results of an earlier version of this package, for the inputs of
// TestSealedFormIsStable.
const (
	stable    = "01b85a82e433991ca008f61652666e605d2301c4c53ff6edf43ab2d490ffd254cba6f782caad31999db6be8409456f8c5c745701dddce54fa5"
	stableMAC = "eb8c6ee906ff6664e7861496cc05f01bf2232c8175648cdd8283e16a281e4ab1"
)
