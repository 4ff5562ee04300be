{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      nekoOverlays = [
        # Base packages first
        (import ./overlays/a.nix)
        (import ./overlays/b.nix) # has a comment

        # Dependent packages after
        (import ./overlays/c.nix)  # Uses b

        # Patches to existing packages last
        (import ./overlays/p.nix) # Overrides existing p
      ];
    in
    {
      result = import nixpkgs { system = "x86_64-linux"; overlays = nekoOverlays; };
    };
}
