{
	outputs = { self, nixpkgs }: {
		result = import nixpkgs {
			overlays = [
				(import ./overlays/a.nix) # first
				(import ./overlays/p.nix)
			];
		};
	};
}
