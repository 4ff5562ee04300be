{ pkgs }:
{
  tools = pkgs.buildEnv { name = "tools"; paths = with pkgs; [ git python3Packages.new ]; };
  extra = pkgs.python3.buildEnv.override { extraLibs = [ pkgs.python3Packages.new ]; };
}
