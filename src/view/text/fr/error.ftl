# error.ftl : les échecs qui n’appartiennent au domaine d’aucune commande.

error-man = ftplab : man : impossible d’écrire les pages dans { $dir } : { $why }. Indiquez un dossier où vous pouvez écrire.
