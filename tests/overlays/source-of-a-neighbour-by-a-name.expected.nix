final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      tool = pyfinal.buildPythonPackage rec {
        pname = "tool"; version = "2.0.0";
        src = pyfinal.fetchFromGitHub { owner = "example"; repo = "tool"; rev = "v${version}"; sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
      };
      tool-native = let tool = pyfinal.tool; in pyfinal.buildRustPackage {
        pname = "tool-native"; version = tool.version; src = "${tool.src}/native"; cargoHash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE="; };
      tool-docs = pyfinal.buildPythonPackage { pname = "tool-docs"; version = "2024"; inherit (pyfinal.tool) src; };
    })
  ];
}
