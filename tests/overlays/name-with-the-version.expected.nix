{ python3 }:

python3.pkgs.buildPythonApplication rec {
  pname = "${name}-${version}";
  name = "tool";
  version = "2.0.0";

  src = python3.pkgs.fetchPypi {
    inherit version;
    pname = name;
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
