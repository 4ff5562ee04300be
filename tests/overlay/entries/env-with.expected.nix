{
  outputs = { self, nixpkgs }:
    let
      pkgs = import nixpkgs { };
      python = pkgs.python3;
    in {
      pyEnv = python.withPackages (ps: with ps; [ a numpy pkgs.python3Packages.new ] ++ pkgs.lib.optionals true [ scipy ]);
    };
}
