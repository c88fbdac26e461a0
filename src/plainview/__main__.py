from plainview.cli.main import main

main()
