"""Fixed reference data that both spaces share: regions, departments, countries, communes, structures of the CNFPT."""
