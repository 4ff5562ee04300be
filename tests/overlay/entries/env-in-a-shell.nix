{ pkgs }:
{
  devShells.default = pkgs.mkShell {
    packages = [ pkgs.git (pkgs.python3.withPackages (ps: with ps; [ a numpy scipy ])) ];
  };
}
