final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (pyfinal: pyprev: {
      tool = pyfinal.buildPythonPackage rec {
        pname = "tool"; version = "1.2.0";
        src = pyfinal.fetchFromGitHub { owner = "example"; repo = "tool"; rev = "v${version}"; sha256 = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="; };
      };
      tool-native = let tool = pyfinal.tool; in pyfinal.buildRustPackage {
        pname = "tool-native"; version = tool.version; src = "${tool.src}/native"; cargoHash = "sha256-N6ETKrSIM9Cs0xSZnSdCMLmhEtAM5fNHe8eYhNfDnEo="; };
      tool-docs = pyfinal.buildPythonPackage { pname = "tool-docs"; version = "2024"; inherit (pyfinal.tool) src; };
    })
  ];
}
