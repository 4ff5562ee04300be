{
	outputs = { self, nixpkgs }: {
		result = import nixpkgs {
			overlays = [
				(import ./overlays/b.nix)
				(import ./overlays/new.nix)
				# (import ./overlays/old.nix)
				(import ./overlays/p.nix)
			];
		};
	};
}
