{
	outputs = { self, nixpkgs }: {
		result = import nixpkgs {
			overlays = [
				(import ./overlays/a.nix) # first
				(import ./overlays/new.nix)
				(import ./overlays/p.nix)
			];
		};
	};
}
